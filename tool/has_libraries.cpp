// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include <boost/json/value.hpp>
#include <boost/program_options/options_description.hpp>

// Builds where the tool can be built.
int main()
{
    boost::program_options::options_description options;
    boost::json::value value;
    options.add_options()("help", "");
    return options.options().empty() || !value.is_null();
}
