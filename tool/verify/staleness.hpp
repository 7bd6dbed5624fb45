// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_STALENESS_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_STALENESS_HPP

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace filelock_tool {

/// Three files by which one mount shows how long it sees an old state: one that is made, one that
/// is removed, and one that grows, all through another mount. Errors of the system are thrown.
class staleness_files
{
public:
    /// `number`: tells the files of several measurements apart.
    staleness_files(boost::filesystem::path const& place, int number);

    /// Makes the files that exist before the change.
    void prepare() const;

    /// Makes the change.
    void change() const;

    /// Says "ready" when it has seen the old state, and then "seen created", "seen removed" and
    /// "seen grown" as it sees them, by stat(2). Says "watched" when it has seen all, or after the
    /// limit, which begins with "ready".
    void watch(std::chrono::milliseconds limit,
               std::function<void(std::string const&)> const& say) const;

private:
    boost::filesystem::path created_, removed_, grown_;
};

} // namespace filelock_tool

#endif
