// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "results.hpp"

#include <boost/range/algorithm/find_if.hpp>

#include <algorithm>

namespace filelock_tool {

bool are_good(verify_results const& results, std::vector<lock_kind> const& required)
{
    return std::all_of(required.begin(), required.end(), [&](lock_kind kind) {
        auto const found =
            boost::find_if(results.kinds, [=](kind_result const& k) { return k.kind == kind; });
        return found != results.kinds.end() && found->is_good();
    });
}

bool have_one_name(verify_results const& results)
{
    auto const& all = results.directories;
    return std::any_of(all.begin(), all.end(), [&](directory_result const& a) {
        return std::any_of(all.begin(), all.end(), [&](directory_result const& b) {
            return a.host == b.host && a.host_number != b.host_number;
        });
    });
}

std::string label_of(directory_result const& which, directory_result const& first)
{
    return which.host == first.host ? which.directory : which.host + ":" + which.directory;
}

} // namespace filelock_tool
