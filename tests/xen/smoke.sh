#!/bin/bash
# smoke.sh PYTHON - builds and boots the Xen pool and plays its shortest row: start, move, stop.
#
# What keeps the pool from coming up is no fault of ovmtui's: it is told in one line, with where
# the log is, and the exit code is 0. A row that fails on a pool that is up does fail.
#   OVMTUI_XEN_BUILD   seconds that packages and images may take (default 900)
#   OVMTUI_XEN_BOOT    seconds until both nodes must answer (default 420)
#   OVMTUI_XEN_PLAY    seconds that the row may take (default 1500)
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
python=$1
here=tests/xen
log=build/xen/smoke.log
export OVMTUI_XEN=1 OVMTUI_XEN_BOOT=${OVMTUI_XEN_BOOT:-420}
export OVMTUI_XEN_RECORDS=build/xen/smoke

not_run() {
    echo "xen smoke: not run: $1"
    exit 0
}

# within SECONDS WHAT COMMAND... runs a part of the preparation, or says why there is no test.
within() {
    local limit=$1 what=$2 code
    shift 2
    timeout -k 10 "$limit" "$@" >>"$log" 2>&1 </dev/null
    code=$?
    [ $code = 0 ] && return
    [ $code = 124 ] && not_run "$what: took over $limit s (log: $log)"
    not_run "$what: $(tail -n 1 "$log") (log: $log)"
}

install_packages() {
    local packages
    mapfile -t packages < <($here/build.sh --packages)
    [ ${#packages[@]} = 0 ] && return
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
        --no-install-recommends -o DPkg::Lock::Timeout=120 "${packages[@]}"
}

if [ "${1:-}" = --prepare ]; then
    install_packages && exec $here/build.sh
    exit 1
fi

[ "$(id -u)" = 0 ] || not_run "root is needed to build the pool"
command -v apt-get >/dev/null || not_run "the pool is built of Debian packages, and there is no apt-get"
[ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 4000 ] ||
    not_run "4 GB of free memory are needed"
mkdir -p "$OVMTUI_XEN_RECORDS"
rm -f "$OVMTUI_XEN_RECORDS"/* "$log"

echo "xen smoke: builds the pool of two nodes (log: $log)"
within "${OVMTUI_XEN_BUILD:-900}" "the pool could not be built" $here/smoke.sh --prepare
trap '"$python" -m tests.xen.pool down' EXIT
echo "xen smoke: built after $SECONDS s; boots it"
within $((OVMTUI_XEN_BOOT + 60)) "the pool did not come up" "$python" -m tests.xen.pool up
play=${OVMTUI_XEN_PLAY:-1500}
within "$play" "the pool cannot start a machine by itself" "$python" -m tests.xen.pool prove
echo "xen smoke: up and proved after $SECONDS s"
timeout -k 10 "$play" "$python" -m pytest $here/test_smoke.py -q
code=$?
[ $code = 124 ] && not_run "the row took over $play s"
echo "xen smoke: ended after $SECONDS s with exit code $code; transcript in $OVMTUI_XEN_RECORDS"
exit $code
