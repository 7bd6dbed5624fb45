// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A plug-in with a copy of parts of the library. Its symbols are hidden, as in a plug-in that links
// the static library.

#include "../../src/error.cpp"
#include "../../src/platform/posix/thread.cpp"

#include <unistd.h>

namespace {

int in, out;

// Waits for a byte and passes it on.
void pass_on()
{
    char byte;
    if (::read(in, &byte, 1) == 1)
        (void)!::write(out, &byte, 1);
}

} // namespace

extern "C" [[gnu::visibility("default")]] int start_passing_on(int from, int to)
{
    in = from;
    out = to;
    return boost::filelock::detail::start_thread(pass_on).value();
}

extern "C" [[gnu::visibility("default")]] void throw_lock_error()
{
    boost::filelock::owner_record holder;
    holder.pid = 4711;
    throw boost::filelock::lock_error(boost::filelock::error::not_a_lock_file, "a/path", holder);
}
