// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_MARKER_STEPS_HPP
#define BOOST_FILELOCK_TEST_MARKER_STEPS_HPP

#include "../src/platform/clock.hpp"
#include "../src/protocol/marker_file.hpp"

#include <boost/test/unit_test.hpp>

#include "markers.hpp"
#include "removal_right.hpp"
#include "temporary_directory.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <string>
#include <vector>

// For tests that call marker_file step by step.

namespace filelock_test {

namespace fd = boost::filelock::detail;
using outcome = fd::marker_outcome;
using names_list = std::vector<std::string>;

inline std::string const dead = "4711\nsome-host\n", live = "4712\nsome-host\n",
                         third = "4713\nsome-host\n", own = "4714\nsome-host\n";

inline bool is_dead(fd::found_marker const& found)
{
    return found.text == dead;
}

inline std::string name_of(boost::system::error_code const& ec, outcome result)
{
    static char const* const names[] = {"published", "taken", "retry", "right_taken"};
    return ec ? ec.message() : names[static_cast<int>(result)];
}

inline std::string const right_taken =
    make_error_code(boost::system::errc::operation_would_block).message();

/// Refreshes a marker. Returns its state or the error; `limit`: from now.
inline std::string name_of_refresh(fd::marker_file const& marker, std::chrono::nanoseconds limit)
{
    static char const* const names[] = {"intact", "expired", "missing", "replaced"};
    fd::marker_state result;
    auto const ec = marker.refresh(fd::time_since_boot() + limit, result);
    return ec ? ec.message() : names[static_cast<int>(result)];
}

/// A fixture: a marker at `path` that an evicting process has found.
struct steps : temporary_directory
{
    boost::filesystem::path const aside = directory / "test.lock.break.1.python";
    std::string const name = path.filename().string();

    fd::found_marker found;

    /// Writes a marker and inspects it.
    void find(std::string const& text)
    {
        write_text(path, text);
        BOOST_TEST_REQUIRE(!found.look(path));
        BOOST_TEST_REQUIRE(found.text == text);
    }

    /// Renames the marker at the path as a Python process that evicts it does, and publishes
    /// another marker there.
    void give_path_to(std::string const& text) const
    {
        boost::filesystem::rename(path, aside);
        write_text(path, text);
    }

    /// Evicts the marker that was found. If `replaces`, publishes another in its place.
    std::string break_with(fd::marker_file& marker, fd::marker_judgement const& is_removable,
                           bool replaces)
    {
        auto result = outcome::published;
        auto const ec = replaces ? marker.replace(found, is_removable, own, result)
                                 : marker.site().evict(found, is_removable, result);
        return name_of(ec, result);
    }
};

} // namespace filelock_test

#endif
