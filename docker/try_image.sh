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
    echo "all files: $(du -sm "$root" | cut -f1) MB, of the virtual environment $(du -sm "$root/opt" | cut -f1) MB"
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
    expect "the page" "Tokenquote" "$(curl -s "http://127.0.0.1:$port/" | grep -o '>Tokenquote' | head -n 1 | tr -d '>')"
    refuses "a write to the root" python "open('/opt/tokenquote/x', 'w')"
    refuses "a write to /" python "open('/x', 'w')"
    expect "a write to /tmp" written "$(python "open('/tmp/x', 'w').write('written'); print(open('/tmp/x').read())")"
    expect "user, capabilities" "65532 65532 0000000000000000 0000000000000000 1" "$(python "
import os
status = dict(line.rstrip('\n').split(':\t') for line in open('/proc/self/status'))
print(os.getuid(), os.getgid(), status['CapEff'], status['CapBnd'], status['NoNewPrivs'])")"
    refuses "a shell" contained sh -c true
    refuses "pip" python "import pip"
    stops_on_sigterm
}

# A program of the image in namespaces of its own, by the PATH and the rest of the image's environment.
contained() {
    local user
    user=$("${buildah[@]}" inspect --type image --format '{{.Docker.Config.User}}' "$image")
    mapfile -t environment < <(configured Env)
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1; shift
        mount --bind "$root" "$root"
        mount --options remount,bind,ro "$root"
        mount --rbind /dev "$root/dev"
        mount --types proc proc "$root/proc"
        mount --types tmpfs tmpfs "$root/tmp"
        exec python3 -c "$CONFINED" "$root" "$@"
        ' contained "$root" "${user%:*}" "${user#*:}" "${#environment[@]}" "${environment[@]}" \
        "TOKENQUOTE_PORT=$port" "$@"
}

# What a container runtime does last, since there is nothing in the image that could: into the root, no capability, no
# way to gain one, the image's user, its environment, and then the program.
export CONFINED='
import ctypes, os, sys
root, user, group, more, *rest = sys.argv[1:]
variables = dict(variable.split("=", 1) for variable in rest[: int(more) + 1])
command = rest[int(more) + 1 :]
prctl = ctypes.CDLL(None, use_errno=True).prctl
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
os.chroot(root)
os.chdir("/")
last = int(open("/proc/sys/kernel/cap_last_cap").read())
if any(prctl(PR_CAPBSET_DROP, each, 0, 0, 0) for each in range(last + 1)) or prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
    sys.exit(f"cannot confine: error {ctypes.get_errno()}")
os.setgroups([])
os.setgid(int(group))
os.setuid(int(user))
os.environ["PATH"] = variables["PATH"]
os.execvpe(command[0], command, variables)
'

python() {
    contained python -c "$1"
}

# A list of the image's configuration, one a line.
configured() {
    "${buildah[@]}" inspect --type image --format "{{range .Docker.Config.$1}}{{println .}}{{end}}" "$image" \
        | sed '/^$/d'
}

leaves_no_trace() {
    local found
    found=$(find "$root" -name 'pip.conf' -o -name 'pip_c*' -o -name 'sources.list*')
    expect "files of the build's package indexes" "" "$found"
    found=$(find "$root" -name 'pip-*' -o -name 'hatchling-*' -o -name setuptools -o -name apt -o -name perl)
    expect "packages that only build" "" "$found"
    expect "files that the image's user may write" "" \
        "$(find "$root" ! -type l ! -path "$root/tmp" \( -perm -o+w -o ! -user 0 -o -perm /6000 \) | head -n 3)"
}

# Starting takes some ten seconds of one core, and longer on a machine that is busy with other things.
wait_until_ready() {
    local give_up=$((SECONDS + 180))
    while [ "$SECONDS" -lt "$give_up" ] && kill -0 "$service"; do
        curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz" && return
        sleep 0.1
    done
    echo "FAILED: not ready after 180 s"
    cat "$scratch/log"
    exit 1
}

quote() {
    curl --silent --fail "http://127.0.0.1:$port/v1/quotes" --data \
        '{"model": "gpt-5.4-mini", "turns": [{"user": 1000, "assistant": 0, "reasoning": 0}]}'
}

stops_on_sigterm() {
    local status=0 _
    kill -TERM "$(program)"
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

# The function runs in a shell, which runs unshare, which runs the program as number 1 of its namespace.
program() {
    pgrep --parent "$(pgrep --parent "$service")"
}

expect() {
    [ "$2" = "$3" ] || { echo "FAILED: $1: not '$2' but '$3'"; cat "$scratch/log" 2> /dev/null; exit 1; }
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
    [ -z "$service" ] || kill -KILL "$(program)" || true
    "${buildah[@]}" rm "$container" > /dev/null
    rm -rf "$scratch"
}

main
