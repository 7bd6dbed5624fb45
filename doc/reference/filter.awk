# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Doxygen's input filter. A block of `///` is AsciiDoc: Doxygen carries it through as it is. No line is
# added or removed, so that line numbers stay right. `[[nodiscard]]`, which Doxygen forgets, becomes
# a word.

{ gsub(/\[\[nodiscard\]\]/, "nodiscard_") }
/^ *class nodiscard_ / { sub(/nodiscard_ /, "") }
/^ *\/\/\/ @name / { print ""; next } # pages.py reads these in the header itself
/^\/\/\/ @file/ { print "/// \\file"; next }
/^ *\/\/\/( |$)/ {
    match($0, /^ */)
    indent = substr($0, 1, RLENGTH)
    sub(/^ *\/\/\/ ?/, "")
    printf (is_open ? "\n%s/// %s" : "%s/// \\verbatim %s"), indent, $0
    is_open = 1
    next
}
{
    if (is_open)
        print " \\endverbatim"
    is_open = 0
    print
}
