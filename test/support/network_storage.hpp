// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_NETWORK_STORAGE_HPP
#define BOOST_FILELOCK_TEST_PROCESS_NETWORK_STORAGE_HPP

#include "passthrough.hpp"
#include "privileges.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace filelock_test {

// Records of a process on another host.
inline std::string const foreign_record = "4711\nanother-host\n";
inline std::string const foreign_access = "0123456789abcdef0123456789abcdef\n4711\nanother-host\n";

inline boost::filelock::soft_file_lock_options on_network()
{
    boost::filelock::soft_file_lock_options options;
    options.where = boost::filelock::storage::network;
    options.poll_interval = std::chrono::milliseconds(1);
    return options;
}

inline boost::filesystem::path with(boost::filesystem::path const& path, std::string const& suffix)
{
    return path.native() + suffix;
}

/// A fixture: paths of a lock on a passthrough, after `mount` was called. `mount` unmounts the
/// previous passthrough.
struct on_network_storage : temporary_directory
{
    boost::filesystem::path const backing = directory / "backing", at = directory / "at";
    boost::filesystem::path const path = at / "test.lock", write = with(path, ".write"),
                                  state = with(path, ".state"), readers = with(path, ".readers");
    std::unique_ptr<passthrough> mounted;

    on_network_storage()
    {
        enter_own_mounts();
        for (auto const& made : {backing, at})
            boost::filesystem::create_directory(made);
    }

    file_system_faults& mount(passthrough_options const& options = {})
    {
        mounted.reset();
        mounted = std::make_unique<passthrough>(backing, at, options);
        return mounted->faults();
    }

    /// Returns the path of a file in the backing directory, as another host sees it.
    boost::filesystem::path behind(boost::filesystem::path const& seen) const
    {
        return backing / boost::filesystem::relative(seen, at);
    }

    bool is_empty() const { return boost::filesystem::is_empty(backing); }
};

} // namespace filelock_test

#endif
