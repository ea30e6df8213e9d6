#!/usr/bin/env bash
# Builds docker/Dockerfile for real, and tries the image, where there is neither a container engine nor a
# registry of images: buildah builds in a chroot, over a base that debootstrap makes of this machine's Debian.
# By hand, as root, on Debian: `make image`. The package indexes are those that apt and pip use here.
# The base is kept between runs in $IMAGE_STORE; remove that folder to be rid of everything.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${IMAGE_STORE:=build/image}"
store=$(realpath "$IMAGE_STORE")
base=localhost/tokenquote-base
image=localhost/tokenquote
# vfs copies whole folders: slow, but it needs no file system within a file system.
buildah=(buildah --storage-driver vfs --root "$store/storage" --runroot "$store/run")

main() {
    install_tools
    "${buildah[@]}" inspect --type image "$base" > /dev/null 2>&1 || timed "base image" make_base
    timed "image" build
    "${buildah[@]}" images --format '{{.Name}}: {{.Size}}' | sort -u
    docker/try_image.sh "$image" "${buildah[@]}"
}

install_tools() {
    if ! command -v buildah > /dev/null || ! command -v debootstrap > /dev/null; then
        apt-get update --quiet=2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends buildah debootstrap
    fi
}

make_base() {
    local container folder release mirror
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $release" "Component: main" "Created-By: Packages" \
        | head -n 1)
    container=$("${buildah[@]}" from scratch)
    folder=$("${buildah[@]}" mount "$container")
    debootstrap --variant=minbase --include=python3-venv "$release" "$folder" "$mirror" > "$store/debootstrap.log"
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
    # debootstrap writes down where the packages came from; an image is no place for that.
    rm -f "$folder"/etc/apt/sources.list "$folder"/var/log/bootstrap.log
    "${buildah[@]}" commit --quiet --rm "$container" "$base" > /dev/null
}

build() {
    local secrets status=0
    secrets=$(mktemp -d)
    pip_config > "$secrets/pip.conf"
    # Docker's format, for the other one cannot hold a HEALTHCHECK.
    "${buildah[@]}" build --quiet --isolation chroot --format docker --file docker/Dockerfile --tag "$image" \
        --build-arg BASE="$base" \
        --build-arg VERSION="$(sed -n 's/^__version__ = "\(.*\)"/\1/p' service/tokenquote/__init__.py)" \
        --build-arg REVISION="$(git describe --always --dirty --abbrev=40 2> /dev/null || echo unknown)" \
        --build-arg CREATED="$(git log -1 --format=%cd --date=format:%Y-%m-%dT%H:%M:%SZ 2> /dev/null)" \
        --secret id=pip_config,src="$secrets/pip.conf" \
        --secret id=pip_cert,src="$(certificates)" \
        . > "$store/build.log" 2>&1 || status=$?
    rm -rf "$secrets"
    [ "$status" = 0 ] || { tail -n 30 "$store/build.log"; return "$status"; }
}

# What pip uses on this machine, as far as it makes sense in another root: not its local folders.
pip_config() {
    local name value
    echo "[global]"
    for name in index-url extra-index-url trusted-host; do
        value=$(pip_setting "$name" | tr ' ' '\n' | { grep -v '^file:' || true; } | paste --serial --delimiters ' ')
        [ -z "$value" ] || echo "$name = $value"
    done
    echo "cert = /run/secrets/pip_cert"
}

certificates() {
    local bundle
    bundle=$(pip_setting cert)
    echo "${bundle:-/etc/ssl/certs/ca-certificates.crt}"
}

# The environment's, else the configuration's, else nothing.
pip_setting() {
    python3 -m pip config get ":env:.$1" 2> /dev/null || python3 -m pip config get "global.$1" 2> /dev/null || true
}

timed() {
    local what=$1 start=$SECONDS
    shift
    "$@"
    echo "$what: built in $((SECONDS - start)) s"
}

main
