// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP
#define BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP

#include "child.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <semaphore.h>

namespace filelock_test {

/// The faults of a file system, all of them off at first. The memory is shared with the server, so
/// that a test can change them at any time.
struct file_system_faults
{
    using name_part = std::array<char, 64>; ///< empty: part of all names

    /// An errno that a call returns.
    struct fault
    {
        std::atomic<int> error{0};  ///< an errno, or 0
        std::atomic<int> times{-1}; ///< calls that fail; negative: all of them
        name_part about{};          ///< affects names that contain this

        /// Sets all three; the errno last, since it arms the fault.
        void set(int errno_value, int count = -1, std::string const& part = {});
    };
    fault flock, record_lock, link, utimens, close, getattr;
    fault open;           ///< of an existing file
    fault open_directory; ///< opendir(3)
    fault read_directory; ///< readdir(3)
    fault create;         ///< O_CREAT without O_EXCL; the kernel repeats a call that says ESTALE
    fault create_exclusively; ///< O_CREAT | O_EXCL
    fault unlink;             ///< after it has removed the name, as a repeated call of NFS does
    std::atomic<std::size_t> longest_write{1 << 20}; ///< what is longer is written in part
    std::atomic<std::size_t> longest_name{255};      ///< bytes; longer names: ENAMETOOLONG
    std::atomic<int> changed_before{0};    ///< by how many seconds the time of change is too early
    std::atomic<bool> shows_a_link{false}; ///< of files that have none left as well
    std::atomic<bool> creates_in_two_steps{false}; ///< O_EXCL: looks, and then creates

    /// Calls on a descriptor of a removed file say ESTALE: those that carry the descriptor (read,
    /// write, ftruncate, fsync, locks), and with `numbers::reused` also fstat, futimens and fchmod.
    std::atomic<bool> removed_files_are_stale{false};

    /// A time that each lookup, create, link, rename and write takes.
    struct delay
    {
        std::atomic<int> milliseconds{0};
        name_part about{};

        void set(std::chrono::milliseconds time, std::string const& part = {});
    };
    delay slow;

    std::atomic<int> seconds_per_tick{0}; ///< of the time of modification; 0: it is exact
    std::atomic<int> number_offset{0};    ///< added to all inode numbers, except with `of_paths`

    /// Calls since the mount.
    std::atomic<int> creates{0}, links{0}, writes{0}, stamps{0};

    /// A call that waits in the server until the test lets it go on.
    struct stop
    {
        std::atomic<bool> is_armed{false};
        name_part about{};
        ::sem_t has_arrived, may_go_on;
    };
    stop
        naming; ///< create, link and rename; a stopped call keeps the directory locked (inode lock)
    stop writing; ///< to a file

    file_system_faults();
};

/// The inode numbers that a file system shows.
enum class numbers
{
    of_files, ///< Each file has its own.

    /// A file that replaces another at a path that is in use has the number of that file, as with
    /// sshfs.
    of_paths,

    /// A file that is created gets the lowest number of a removed file at once, although that file
    /// is still open, as with NFS 3. Works for files created and removed through the same mount.
    reused
};

struct passthrough_options
{
    bool forwards_flock = true;         ///< else the kernel keeps these locks to the mount
    bool forwards_record_locks = false; ///< likewise
    double attribute_seconds = 0, entry_seconds = 0, negative_seconds = 0; ///< of caching
    numbers shows = numbers::of_files;
};

/// A file system (FUSE) that shows what is in another directory, and fails as it is told to. It is
/// mounted when the constructor returns, for the processes of this mount namespace: to be used
/// where nobody else sees it.
class passthrough
{
public:
    passthrough(boost::filesystem::path const& backing, boost::filesystem::path const& at,
                passthrough_options const& = {});
    passthrough(passthrough const&) = delete;
    passthrough& operator=(passthrough const&) = delete;
    ~passthrough();

    file_system_faults& faults() noexcept { return *faults_; }

    using stop = file_system_faults::stop;

    /// Stops the next such call on a name that contains `part`, before the call has any effect.
    void arm(stop&, std::string const& part);
    void wait_until_stopped(stop&);
    void go_on(stop&);

private:
    boost::filesystem::path at_;
    std::shared_ptr<file_system_faults> faults_;
    child server_;
};

/// A precondition of test cases.
boost::test_tools::assertion_result have_fuse(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
