// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Usage: plugins -- PLUGIN. A plug-in with its own copy of the library is closed while a thread of
// that copy runs, and throws an exception that the program catches.

#include <boost/filelock/error.hpp>

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"

#include <fstream>
#include <string>

#include <dlfcn.h>
#include <unistd.h>

using filelock_test::child;

namespace {

std::string plugin()
{
    auto const& suite = boost::unit_test::framework::master_test_suite();
    return suite.argv[suite.argc - 1];
}

/// Returns a function of the plug-in, or null where it cannot be loaded.
template <class Function>
Function* find(void* handle, char const* name)
{
    return handle ? reinterpret_cast<Function*>(::dlsym(handle, name)) : nullptr;
}

bool is_mapped(std::string const& path)
{
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(path) != line.npos)
            return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_CASE(plugin_is_not_unmapped_while_a_thread_of_ours_runs_in_it)
{
    auto const path = plugin();
    child c([&] {
        int to[2], from[2];
        if (::pipe(to) != 0 || ::pipe(from) != 0)
            return 1;
        void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        auto* const start = find<int(int, int)>(handle, "start_passing_on");
        if (!start || start(to[0], from[1]) != 0)
            return 3;
        if (::dlclose(handle) != 0 || !is_mapped(path))
            return 4;
        char byte = 'x';
        if (::write(to[1], &byte, 1) != 1 || ::read(from[0], &byte, 1) != 1)
            return 5;
        return 0;
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE(errors_of_one_object_are_caught_in_another)
{
    void* const handle = ::dlopen(plugin().c_str(), RTLD_NOW | RTLD_LOCAL);
    auto* const throw_error = find<void()>(handle, "throw_lock_error");
    BOOST_TEST_REQUIRE((throw_error != nullptr));
    using boost::filelock::error;
    BOOST_CHECK_EXCEPTION(throw_error(), boost::filelock::lock_error, [](auto const& e) {
        return e.code() == error::not_a_lock_file && e.path() == "a/path" && e.holder() &&
               e.holder()->pid == 4711;
    });
    BOOST_CHECK_THROW(throw_error(), boost::system::system_error);
}
