// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The `main` of every test program. One object for all of them, so that a precompiled header can
// hold Boost.Test: a header that defines `main` cannot be precompiled.

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

int main(int argc, char* argv[])
{
    program = argv[0];
    return boost::unit_test::unit_test_main(&name_module, argc, argv);
}
