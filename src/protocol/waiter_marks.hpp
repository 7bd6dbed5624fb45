// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_WAITER_MARKS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_WAITER_MARKS_HPP

#include "../platform/descriptor.hpp"
#include "../platform/kernel_lock.hpp"

#include <boost/filesystem/path.hpp>

#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The marks by which waiters tell the holders of a lock file that they watch it for a close. A
/// holder that finds no mark need not close the file to release its lock.
///
/// A mark is a shared record lock on the parent directory, at the offset that is the inode number
/// of the lock file. No program locks directories in this way. A mark on the lock file itself would
/// keep out the lockers of whole files. The kernel drops the mark of a process that ends.
///
/// A waiter sets its mark before the attempt that counts. A holder asks after it has unlocked. So
/// either the holder finds the mark, or the attempt finds the file unlocked.
class waiter_marks
{
public:
    explicit waiter_marks(filesystem::path const& lock_file)
        : directory_path_(lock_file.parent_path() / ".") // follows a link to the directory
    {}

    /// Sets the mark of this object for the file, in place of one for another file. Returns false
    /// if that fails.
    bool set(file_identity const& file) noexcept;
    bool is_set(file_identity const& file) const noexcept
    {
        return marked_ && *marked_ == byte_of(file).first && directory_.is_open();
    }
    void clear() noexcept
    {
        if (marked_)
            drop();
    }

    /// Returns whether there may be another mark for the file.
    bool has_others(file_identity const& file) noexcept
    {
        bool may_have = true;
        if (open())
            (void)is_kept_out(directory_.native(), byte_of(file), lock_mode::exclusive, may_have);
        rest();
        return may_have;
    }

    /// Returns whether `has_others` can find out. A directory without read permission cannot be
    /// opened.
    bool can_ask() noexcept
    {
        bool const can = open();
        rest();
        return can;
    }

    /// Closes the directory, since the path may lead to another one now.
    void close() noexcept;

    /// Forgets the directory if the program has closed it. Called when the lock file is opened
    /// anew: a program that closes the one, as closefrom(3) does, closes the other.
    void check_directory() noexcept
    {
        if (directory_.resume())
            rest();
    }

private:
    // File systems number files with up to 64 bits. Two files of one offset share their marks,
    // which costs a needless close.
    static byte_range byte_of(file_identity const& file) noexcept
    {
        return {static_cast<std::int64_t>(file.inode & 0x3fff'ffff'ffff'ffff), 1};
    }

    bool open() noexcept
    {
        return directory_.is_open() || directory_.resume_unchecked() || open_anew();
    }
    bool open_anew() noexcept;
    // Lets the process close the directory when it needs descriptors, unless a mark is set.
    void rest() noexcept
    {
        if (!marked_ && directory_.is_open())
            directory_.make_idle(identity_);
    }
    void drop() noexcept;

    filesystem::path directory_path_;
    descriptor directory_; // idle between calls, unless a mark is set
    file_identity identity_;
    std::optional<std::int64_t> marked_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
