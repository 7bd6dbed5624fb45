// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP
#define BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP

#include "child.hpp"
#include "file_system_faults.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <memory>

namespace filelock_test {

/// The inode numbers that a file system shows.
enum class numbers
{
    of_files, ///< each file has its own

    /// A file that replaces another at a path that is in use has the number of that file, as with
    /// sshfs.
    of_paths,

    /// A new file immediately gets the lowest number of a removed file, although that file is still
    /// open, as with NFS 3. Works for files created and removed through the same mount.
    reused
};

struct passthrough_options
{
    bool forwards_flock = true;         ///< otherwise the kernel keeps these locks to the mount
    bool forwards_record_locks = false; ///< likewise
    double attribute_seconds = 0, entry_seconds = 0,
           negative_seconds = 0;       ///< how long the kernel caches
    numbers shows = numbers::of_files; ///< inode numbers
};

/// A file system (FUSE) that shows another directory and injects the given faults. It is mounted
/// when the constructor returns, in the mount namespace of this process; see `enter_own_mounts`.
class passthrough
{
public:
    passthrough(boost::filesystem::path const& backing, boost::filesystem::path const& at,
                passthrough_options const& = {});
    passthrough(passthrough const&) = delete;
    passthrough& operator=(passthrough const&) = delete;
    ~passthrough();

    file_system_faults& faults() noexcept { return *faults_; }

private:
    boost::filesystem::path at_;
    std::shared_ptr<file_system_faults> faults_;
    child server_;
};

/// A precondition of test cases.
boost::test_tools::assertion_result have_fuse(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
