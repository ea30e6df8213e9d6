#!/usr/bin/env bash
# Runs the entrypoint of an image that buildah holds as a careful operator would run it: as the image's user, with
# a read-only root, a tmpfs on /tmp, no capability and no way to gain one. Then asks it what it is there for.
#   docker/try_image.sh IMAGE BUILDAH [OPTION...]
set -euo pipefail

image=$1
shift
buildah=("$@")
scratch=$(mktemp -d)
container=$("${buildah[@]}" from "$image")
root=$("${buildah[@]}" mount "$container")
service=""

main() {
    trap clean_up EXIT
    echo "virtual environment: $(du -sh "$root/opt/tokenquote" | cut -f1)"
    leaves_no_trace
    port=$(free_port)
    mapfile -t command < <(configured Entrypoint && configured Cmd)

    refuses "health, with nothing running" contained tokenquote health
    local start=$EPOCHREALTIME
    contained "${command[@]}" > "$scratch/log" 2>&1 &
    service=$!
    wait_until_ready
    echo "ready after $(bc <<< "$EPOCHREALTIME - $start") s"
    expect "health" ready "$(contained tokenquote health)"
    expect "a quote" '"cost":"0.00075"' "$(quote | grep -o '"cost":"0.00075"' | head -n 1)"
    expect "the page" "<title>Tokenquote" "$(curl -s "http://127.0.0.1:$port/" | grep -o '<title>Tokenquote')"
    refuses "a write to the root" contained touch /opt/tokenquote/x
    refuses "a write to /" contained touch /x
    expect "a write to /tmp" written "$(contained sh -c 'echo written > /tmp/x && cat /tmp/x')"
    expect "user, capabilities" "65532 65532 0000000000000000 0000000000000000 1" "$(contained sh -c \
        'echo $(id -u) $(id -g) $(sed -n "s/^\(CapEff\|CapBnd\|NoNewPrivs\):\t//p" /proc/self/status)')"
    stops_on_sigterm
}

# The image's command in namespaces of its own.
contained() {
    local user
    user=$("${buildah[@]}" inspect --type image --format '{{.Docker.Config.User}}' "$image")
    mapfile -t environment < <(configured Env)
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 user=$2; shift 2
        mount --bind "$root" "$root"
        mount --options remount,bind,ro "$root"
        mount --rbind /dev "$root/dev"
        mount --types proc proc "$root/proc"
        mount --types tmpfs tmpfs "$root/tmp"
        exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
            --no-new-privs --inh-caps=-all --bounding-set=-all env --ignore-environment "$@"
        ' contained "$root" "$user" "${environment[@]}" TOKENQUOTE_PORT="$port" "$@"
}

# A list of the image's configuration, one a line.
configured() {
    "${buildah[@]}" inspect --type image --format "{{range .Docker.Config.$1}}{{println .}}{{end}}" "$image" \
        | sed '/^$/d'
}

leaves_no_trace() {
    local found
    found=$(find "$root/run" "$root/etc" -name 'pip*' -o -name 'sources.list*' -type f)
    expect "files of the build's package indexes" "" "$found"
    found=$(find "$root/opt" -maxdepth 5 -name 'pip-*' -o -maxdepth 5 -name 'hatchling-*')
    expect "packages that only build" "" "$found"
    expect "files that the image's user may write" "" \
        "$(find "$root/opt" ! -type l \( -perm -o+w -o ! -user 0 \) | head -n 3)"
}

wait_until_ready() {
    local _
    for _ in {1..300}; do
        curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz" && return
        kill -0 "$service" || break
        sleep 0.1
    done
    cat "$scratch/log"
    exit 1
}

quote() {
    curl --silent --fail "http://127.0.0.1:$port/v1/quotes" --data \
        '{"model": "gpt-5.4-mini", "turns": [{"user": 1000, "assistant": 0, "reasoning": 0}]}'
}

stops_on_sigterm() {
    local status=0 _
    # The function runs in a shell, which runs unshare, which runs the program as number 1 of its namespace.
    kill -TERM "$(pgrep --parent "$(pgrep --parent "$service")")"
    for _ in {1..150}; do
        kill -0 "$service" 2> /dev/null || break
        sleep 0.1
    done
    kill -KILL "$service" 2> /dev/null || true
    wait "$service" || status=$?
    service=""
    # Number 1 cannot end itself by the signal, as uvicorn does elsewhere (143).
    expect "exit status after SIGTERM" 0 "$status"
}

expect() {
    [ "$2" = "$3" ] || { echo "FAILED $1: not '$2' but '$3'"; cat "$scratch/log" 2> /dev/null; exit 1; }
    echo "ok: $1: ${2:-none}"
}

refuses() {
    local what=$1
    shift
    if "$@" > "$scratch/refused" 2>&1; then echo "FAILED: $what"; exit 1; fi
    echo "ok: $what: $(tail -n 1 "$scratch/refused")"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

clean_up() {
    [ -z "$service" ] || pkill -KILL --parent "$service" || true
    "${buildah[@]}" rm "$container" > /dev/null
    rm -rf "$scratch"
}

main
