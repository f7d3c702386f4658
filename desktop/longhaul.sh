#!/bin/sh
# Starts Longhaul from a clone of its repository: double-click it, or run it in a terminal.
#
# At the first start, and when what it needs has changed, it makes the environment .venv beside this
# folder and fetches everything into it, before your eyes. Words given to it go to `longhaul`.
# On macOS, longhaul.command calls this; on Windows there is longhaul.bat.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/.venv
stamp=$venv/longhaul-needs
lock=$root/.venv-lock

# What decides whether the environment is still the right one.
needs() { cat "$root/pyproject.toml" "$root/webui/package-lock.json" | cksum; }

is_ready() { [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(needs)" ]; }

fail() {
    echo "longhaul: $1" >&2
    if [ -n "${LONGHAUL_OWN_TERMINAL:-}" ]; then
        echo "Press Enter to close." >&2
        read -r _ || :
    fi
    exit 1
}

# Without a terminal nobody would see what happens for minutes: get one.
find_terminal() {
    for terminal in x-terminal-emulator gnome-terminal konsole xfce4-terminal xterm; do
        command -v "$terminal" >/dev/null 2>&1 || continue
        LONGHAUL_OWN_TERMINAL=yes
        export LONGHAUL_OWN_TERMINAL
        if [ "$terminal" = gnome-terminal ]; then
            exec gnome-terminal --wait -- "$root/desktop/longhaul.sh" "$@"
        fi
        exec "$terminal" -e "$root/desktop/longhaul.sh" "$@"
    done
}

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

# One setup at a time; the lock of one that was killed is taken over.
take_lock() {
    if ! mkdir "$lock" 2>/dev/null; then
        other=$(cat "$lock/pid" 2>/dev/null || echo 0)
        if [ "$other" -gt 0 ] && kill -0 "$other" 2>/dev/null; then
            fail "It is being set up already (process $other). Wait for that to end."
        fi
    fi
    echo $$ >"$lock/pid"
    trap 'rm -rf "$lock"' EXIT
    trap 'exit 130' INT TERM HUP
}

set_up() {
    python=$(find_python) || fail "Python 3.11 or newer is needed. Debian: apt install python3"
    take_lock
    echo "Setting up Longhaul in $venv. This happens once and takes some minutes."
    echo "1 of 3  Making an environment with $("$python" --version)"
    "$python" -m venv "$venv" ||
        fail "The environment could not be made. Debian: apt install python3-venv"
    echo "2 of 3  Fetching Longhaul and the parts of its page"
    export PIP_DISABLE_PIP_VERSION_CHECK=1
    "$venv/bin/python" -m pip install -e "$root" ||
        fail "It could not be fetched; what is said above tells why. Start it again to go on."
    echo "3 of 3  Fetching its window (several hundred megabytes)"
    "$venv/bin/python" -m pip install -e "$root[window]" ||
        echo "longhaul: There is no window for this machine; the page opens in your browser." >&2
    needs >"$stamp"
    rm -rf "$lock"
    echo "Done. To have Longhaul in your menu: '$root/desktop/longhaul.sh' install-launcher"
}

if ! is_ready; then
    if ! [ -t 1 ] && [ -z "${LONGHAUL_OWN_TERMINAL:-}" ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        find_terminal "$@"
    fi
    set_up
fi
# Not by its script in bin: pip writes that without quotes, for paths of ordinary characters.
"$venv/bin/python" -P -m desktop "$@" || fail "It did not start; what is said above tells why."
