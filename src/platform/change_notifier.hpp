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

// Not a safe link: a forked child leaves behind watches that its parent has set.
using watch_hook = intrusive::set_base_hook<intrusive::link_mode<intrusive::normal_link>,
                                            intrusive::optimize_size<true>>;

/// What of a file tells that a lock may be free, besides its own end.
enum class watch_kind : unsigned char
{
    lock_file, ///< those who hold it let go by closing it
    marker,    ///< its content. A close tells nothing: who reads it must not wake others who do
    directory  ///< entries that go, by whatever name, or are replaced; not what is made or changed
};

/// What tells that a lock may be free. A directory's own removal is told when nobody has it open
/// any more, which he who watches may have; but what was in it has gone before, and was told.
struct watch_target
{
    descriptor const* file = nullptr; ///< nothing: ask from time to time
    file_identity identity;
    watch_kind kind = watch_kind::marker;
    std::int64_t process = 0; ///< whose end counts as well, if any

    explicit operator bool() const noexcept { return file != nullptr; }
};

struct watched_process
{
    descriptor end; ///< becomes readable when it has ended
    std::int64_t pid = 0;
};

/// Somebody who wants to be told of changes to a file.
class file_watch : public watch_hook
{
public:
    file_watch() noexcept : set_in_(0), is_gone_(false), is_changed_(false) {}
    file_watch(file_watch const&) = delete;
    file_watch& operator=(file_watch const&) = delete;

    /// Whether the file has changed since it was last asked.
    bool is_changed() const noexcept { return is_changed_; }
    bool take_change() noexcept
    {
        bool const was_changed = is_changed_;
        is_changed_ = false;
        return was_changed;
    }

    /// Called when it changes, by whoever reads the notices.
    virtual void on_change() noexcept = 0;

protected:
    ~file_watch() = default;

private:
    friend class change_notifier;

    file_identity identity_;
    std::unique_ptr<watched_process> process_;
    int number_ = -1; // the system's, of the watch
    // Together, since ten thousand may wait.
    std::uint32_t set_in_ : 30; // the process generation, what is left of it; 0: not on a list
    bool is_gone_ : 1;
    bool is_changed_ : 1;
};

enum class watch_result
{
    no,     ///< it cannot be had: limits, permissions, systems without
    anew,   ///< what happened before this call may have been missed
    already ///< nothing has been missed
};

/// One source of notices, and the list of those who want them. Not for several threads at once.
/// A forked child starts with none, and with an empty list.
class change_notifier
{
public:
    /// From now on watches this file, and no other: for what its holders do when they let go, and
    /// for its being replaced. Called with forks kept away.
    watch_result watch(file_watch& w, watch_target const& what,
                       file_identity const& identity) noexcept;

    /// Harmless for one that is not on the list.
    void forget(file_watch& w) noexcept;

    /// Whether it is on the list, and the system still tells of its file.
    bool is_told(file_watch const& w) const noexcept { return is_listed(w) && !w.is_gone_; }

    /// What can be read when there are notices; -1 where there is nothing.
    native_handle_type native() const noexcept { return all_.native(); }

    /// Tells whom it concerns what has happened. Does not wait.
    void read() noexcept;

    template <class Predicate>
    file_watch* find_if(Predicate wanted)
    {
        for (auto& w : list_)
            if (!w.is_gone_ && wanted(w))
                return &w;
        return nullptr;
    }

    /// In a forked child: all that is written here is about the parent, whose notices we would
    /// take away. Our copy of the descriptor is closed.
    void start_afresh_after_fork() noexcept;

private:
    struct number_of_watch
    {
        using type = int;
        type operator()(file_watch const& w) const noexcept { return w.number_; }
    };

    // No list is more than 2^30 forks old.
    std::uint32_t this_list() const noexcept { return generation_ & 0x3fffffff; }
    bool is_listed(file_watch const& w) const noexcept { return w.set_in_ == this_list(); }
    bool open() noexcept;
    bool watch_process(file_watch& w, std::int64_t pid) noexcept;
    void forget_process(file_watch& w) noexcept;
    void tell(int watch, bool is_gone, bool all) noexcept;
    void read_ends() noexcept;

    std::uint32_t generation_ = 1; // of the process whose list this is; no watch has zero
    descriptor source_;            // of what happens to files
    descriptor all_;               // of that, and of the ends of processes
    intrusive::multiset<file_watch, intrusive::base_hook<watch_hook>,
                        intrusive::key_of_value<number_of_watch>>
        list_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
