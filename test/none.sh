# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# For scripts that look for faults in the files: sourced from the root of the project.

passed=0 failed=0

# Reads lines, each of which is a fault.
none() # WHAT
{
    local faults
    if faults=$(cat) && [ -z "$faults" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)) && printf 'FAILED: %s:\n%s\n' "$1" "$faults"
    fi
}
