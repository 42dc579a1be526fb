#!/usr/bin/env bash
# Builds the image of sandboxes on a base made of this machine's own Debian packages, and runs sessions in its containers. It
# needs root, Debian's mirror and a few minutes. Its containers, images and settings are its own: nothing else on the machine
# sees them. What takes minutes to make stays in a directory of the cache.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/managed-agents-sandbox
state=$(mktemp -d)
began=$SECONDS
say() { printf '%6d s  %s\n' $((SECONDS - began)) "$1"; }
cleanup() {
  status=$?
  podman rm --all --force --time 0 >/dev/null 2>&1 || true
  podman volume prune --force >/dev/null 2>&1 || true
  rm -rf "$state"
  exit $status
}
trap cleanup EXIT

declare -A packages=([podman]=podman [runc]=runc [debootstrap]=debootstrap [catatonit]=catatonit [iptables]=iptables [rg]=ripgrep)
missing=()
for program in "${!packages[@]}"; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
[ -e /usr/lib/podman/netavark ] || missing+=(netavark aardvark-dns)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# runc, since Debian's crun refuses machines with both versions of cgroups; limits that any machine grants.
mkdir -p "$cache/storage"
cat >"$state/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$state/podman"
static_dir = "$cache/storage/libpod"
volume_path = "$cache/storage/volumes"
[network]
network_backend = "netavark"
network_config_dir = "$state/networks"
CONF
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$cache/storage" "$state/run" >"$state/storage.conf"
export CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf

base=localhost/sandbox-base:$(node --version)
if ! podman image exists "$base"; then
  mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
    sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +([^ ]+\/debian\/?)( .*)?$/\3/p' | sed -n 1p)
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  debootstrap --variant=minbase "$suite" "$state/rootfs" "$mirror" >"$state/debootstrap.log" || { cat "$state/debootstrap.log"; exit 1; }
  # Node and npm as this machine has them.
  local=$state/rootfs/usr/local
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  install -D "$(readlink -f "$(command -v node)")" "$local/bin/node"
  mkdir -p "$local/lib/node_modules"
  cp -r "$npm" "$local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$local/bin/npm"
  tar -C "$state/rootfs" -c . | podman import --quiet - "$base" >/dev/null
  rm -rf "$state/rootfs"
fi
say 'a base image from the packages of this machine'

export DEBIAN_FRONTEND=noninteractive
node scripts/build.mjs >/dev/null
node scripts/bundle-lambdas.mjs >/dev/null
image=localhost/sandbox:ci
podman build --quiet --layers --network=host --build-arg "BASE=$base" --tag "$image" dist/sandbox-image >/dev/null
say "the image of sandboxes: $(podman image inspect --format '{{.Size}}' "$image" | numfmt --to=iec) on a base of $(podman image inspect --format '{{.Size}}' "$base" | numfmt --to=iec)"
podman image prune --force >/dev/null

npx tsx scripts/ci/sandbox-container/main.ts "$image"
[ -z "$(podman ps --all --quiet)" ] && [ -z "$(podman volume ls --quiet)" ] || { echo 'Something was left behind:'; podman ps --all; podman volume ls; exit 1; }
say 'nothing is left behind'
