#!/bin/sh
# Starts Longhaul on macOS by a double-click, in a terminal that shows the first setup.
exec "$(dirname -- "$0")/longhaul.sh" "$@"
