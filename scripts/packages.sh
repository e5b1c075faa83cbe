# Installs what is missing. Sourced by ./run and ./test.

# Debian packages by name; asks for root only if one is missing.
need_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    echo "== Installing Debian packages: ${missing[*]}"
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "Missing: ${missing[*]}. Install them as root, then try again." >&2; exit 1; }
        root=(sudo)
    fi
    "${root[@]}" apt-get update -q
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
}

need_swift() {
    command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install/linux" >&2; exit 1; }
    local version
    version="$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)"
    case "$version" in
        6.[2-9]*|[7-9].*|[1-9][0-9]*) ;;
        *) echo "Swift 6.2 or later is needed; this is ${version:-unknown}." >&2; exit 1 ;;
    esac
}

# Python programs that tests run, in a virtual environment of their own; the versions are pinned. Of the packages in
# python-files.txt only files are used: what they depend on is not installed.
need_python_tools() {
    local folder=.build/python-tools programs=scripts/python-tools.txt files=scripts/python-files.txt
    cat "$programs" "$files" | cmp -s - "$folder/installed.txt" && return 0
    echo "== Installing Python tools: $(cat "$programs" "$files" | tr '\n' ' ')"
    python3 -m venv "$folder"
    "$folder/bin/pip" install -q --disable-pip-version-check -r "$programs"
    "$folder/bin/pip" install -q --disable-pip-version-check --no-deps -r "$files"
    cat "$programs" "$files" > "$folder/installed.txt"
}
