// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_CHANGE_NOTIFIER_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_CHANGE_NOTIFIER_HPP

#include "descriptor.hpp"
#include "file.hpp"

#include <boost/intrusive/set.hpp>

#include <cstdint>
#include <memory>

namespace boost {
namespace filelock {
namespace detail {

// A safe link would assert: a forked child abandons the watches that its parent has set.
using watch_hook = intrusive::set_base_hook<intrusive::link_mode<intrusive::normal_link>,
                                            intrusive::optimize_size<true>>;

/// The changes of a file that can mean that its lock is free, besides the end of the file itself.
enum class watch_kind : unsigned char
{
    lock_file, ///< closes, because a holder releases by closing the file
    /// Changes of the content. Closes do not count: a process that reads the marker must not wake
    /// the other processes that read it.
    marker,
    /// Entries that are removed, renamed or replaced, by any name; not entries that are made or
    /// changed.
    directory
};

/// The source of the change that can mean that a lock is free. The system reports a directory's own
/// removal only when no process has it open any more, and the watching process may have it open.
/// Its entries were removed before, and that was reported.
struct watch_target
{
    descriptor const* file = nullptr; ///< null: poll
    file_identity identity;
    watch_kind kind = watch_kind::marker;
    std::int64_t process = 0; ///< the process whose end counts as a change; 0: none

    explicit operator bool() const noexcept { return file != nullptr; }
};

struct watched_process
{
    descriptor end; ///< becomes readable when the process has ended
    std::int64_t pid = 0;
};

/// A recipient of change notifications for one file.
class file_watch : public watch_hook
{
public:
    file_watch() noexcept : listed_in_(0), is_gone_(false), is_changed_(false) {}
    file_watch(file_watch const&) = delete;
    file_watch& operator=(file_watch const&) = delete;

    /// Returns whether the file has changed since the last `take_change`.
    bool is_changed() const noexcept { return is_changed_; }
    bool take_change() noexcept
    {
        bool const was_changed = is_changed_;
        is_changed_ = false;
        return was_changed;
    }

    /// Called when the file changes, by the thread that reads the notifications.
    virtual void on_change() noexcept = 0;

protected:
    ~file_watch() = default;

private:
    friend class change_notifier;

    file_identity identity_;
    std::unique_ptr<watched_process> process_;
    int number_ = -1; // the system's number of the watch
    // Packed together, since ten thousand may wait.
    std::uint32_t listed_in_ : 30; // the low bits of the process generation; 0: not on a list
    bool is_gone_ : 1;
    bool is_changed_ : 1;
};

enum class watch_result
{
    no,     ///< no watch is possible: limits, permissions, systems without notifications
    anew,   ///< a new watch: changes before this call may have been missed
    already ///< no change has been missed
};

/// A source of change notifications and the list of their recipients. It is not thread-safe. A
/// forked child starts with no source and an empty list.
class change_notifier
{
public:
    /// Makes `w` watch this file and no other: for the changes of `target.kind`, and for its being
    /// replaced. The caller must keep forks away.
    watch_result watch(file_watch& w, watch_target const& target,
                       file_identity const& identity) noexcept;

    /// Removes `w` from the list. Has no effect if it is not there. The system's watch lingers
    /// until `drop_lingering`, until another lingers, or until the next `watch`, which reuses it
    /// for the same file: to remove it takes long, and the caller may have the lock that others
    /// wait for.
    void forget(file_watch& w) noexcept;

    void drop_lingering() noexcept;

    /// Returns whether `w` is on the list and the system still reports changes of its file.
    bool is_watching(file_watch const& w) const noexcept { return is_listed(w) && !w.is_gone_; }

    /// Returns the descriptor that is readable when there are notifications, or -1 if there is
    /// none.
    /// A `watch` of the first process changes it.
    native_handle_type native() const noexcept
    {
        return all_.is_open() ? all_.native() : source_.native();
    }

    /// Reads the notifications and calls the recipients they are for. Does not wait.
    void read() noexcept;

    /// Returns the watch that all notifications are for, or null if there may be several.
    file_watch* only_watch() noexcept
    {
        bool const is_only =
            !list_.empty() && &*list_.begin() == &*list_.rbegin() && lingering_ == -1;
        return is_only ? &*list_.begin() : nullptr;
    }

    /// Records a change for the only watch, without reading the notifications. The caller must call
    /// `read` before it waits for notifications again.
    static void postpone_read(file_watch& only) noexcept { only.is_changed_ = true; }

    template <class Predicate>
    file_watch* find_if(Predicate wanted)
    {
        for (auto& w : list_)
            if (!w.is_gone_ && wanted(w))
                return &w;
        return nullptr;
    }

    /// Forgets everything in a forked child. The list is about the parent, and reading would take
    /// away the parent's notifications. The child's copy of the descriptor is already closed.
    void reset_in_child() noexcept;

private:
    struct number_of_watch
    {
        using type = int;
        type operator()(file_watch const& w) const noexcept { return w.number_; }
    };

    // Keeps 30 bits. No list is more than 2^30 forks old.
    std::uint32_t this_list() const noexcept { return generation_ & 0x3fffffff; }
    bool is_listed(file_watch const& w) const noexcept { return w.listed_in_ == this_list(); }
    bool open() noexcept;
    bool open_for_processes() noexcept;
    bool watch_process(file_watch& w, std::int64_t pid) noexcept;
    void forget_process(file_watch& w) noexcept;
    void notify(int watch, bool is_gone, bool all) noexcept;
    void read_ends() noexcept;

    std::uint32_t generation_ = 1; // of the process that owns the list; no watch has zero
    descriptor source_;            // reports changes of files
    descriptor all_;               // reports those, and the ends of processes, once one is watched
    int lingering_ = -1;           // the system's watch that no recipient uses any more
    intrusive::multiset<file_watch, intrusive::base_hook<watch_hook>,
                        intrusive::key_of_value<number_of_watch>>
        list_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
