// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The `main` of every test program. All programs share one object for it, so that a precompiled
// header can hold Boost.Test: a header that defines `main` cannot be precompiled.

#include <boost/test/unit_test.hpp>

#include <cstring>

namespace {

char const* program = "";

bool name_module()
{
    auto const* const slash = std::strrchr(program, '/');
    boost::unit_test::framework::master_test_suite().p_name.value = slash ? slash + 1 : program;
    return true;
}

} // namespace

/// Returns the suppressions of LeakSanitizer. In a forked child it does not know the threads. The
/// memory that glibc keeps for the objects of a thread is no leak.
extern "C" BOOST_SYMBOL_EXPORT char const*
__lsan_default_suppressions() // NOLINT: a name of the sanitizer's
{
    return "leak:__cxa_thread_atexit_impl\n";
}

int main(int argc, char* argv[])
{
    program = argv[0];
    return boost::unit_test::unit_test_main(&name_module, argc, argv);
}
