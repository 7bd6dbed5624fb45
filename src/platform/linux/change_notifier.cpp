// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../change_notifier.hpp"

#if !defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

#include "../fork.hpp"
#include "../posix/descriptor_path.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <utility>

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// IN_CLOSE follows an unlock, and comes at the end of a process. The unlink of an open file shows
// only as IN_ATTRIB. A directory is not watched for IN_ATTRIB, because that would report every
// entry as well.
std::uint32_t events_of(watch_kind kind) noexcept
{
    constexpr std::uint32_t own_end = IN_DELETE_SELF | IN_MOVE_SELF;
    switch (kind) {
    case watch_kind::lock_file:
        return IN_CLOSE | IN_ATTRIB | own_end;
    case watch_kind::directory:
        return IN_DELETE | IN_MOVE | IN_ONLYDIR | own_end;
    default:
        return IN_MODIFY | IN_ATTRIB | own_end;
    }
}

} // namespace

bool change_notifier::open() noexcept
{
    if (!source_.is_open())
        source_.adopt(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)); // EMFILE: too many
    return source_.is_open();
}

bool change_notifier::open_for_processes() noexcept
{
    if (all_.is_open())
        return true;
    all_.adopt(::epoll_create1(EPOLL_CLOEXEC));
    ::epoll_event files = {};
    files.events = EPOLLIN;
    if (all_.is_open() && ::epoll_ctl(all_.native(), EPOLL_CTL_ADD, source_.native(), &files) != 0)
        all_.close();
    return all_.is_open();
}

watch_result change_notifier::watch(file_watch& w, watch_target const& target,
                                    file_identity const& identity) noexcept
{
    if (generation_ != process_generation())
        reset_in_child();
    if (is_listed(w)) {
        bool const is_same_process = target.process == (w.process_ ? w.process_->pid : 0);
        if (!w.is_gone_ && w.identity_ == identity && is_same_process)
            return watch_result::already;
        forget(w);
    }
    w.is_changed_ = false; // the change was of another file
    if (!open() || !watch_process(w, target.process))
        return watch_result::no;
    // Adds the watch by the descriptor, because a name may have become another file's. IN_MASK_ADD:
    // inotify has one watch for each file, which two objects here share. A watch that lingers may
    // be of another kind.
    auto const events = events_of(target.kind) | (list_.empty() ? 0 : IN_MASK_ADD);
    int const number = by_path_of(target.file->native(), [&](char const* path) {
        return ::inotify_add_watch(source_.native(), path, events);
    });
    if (number == -1) { // ENOSPC: too many; EACCES: the file is not readable; ENOENT: no /proc
        forget_process(w);
        return watch_result::no;
    }
    w.number_ = number;
    w.identity_ = identity;
    w.is_gone_ = false;
    w.listed_in_ = generation_ & 0x3fffffff;
    list_.insert(w);
    if (lingering_ == number) { // the notifications so far were for its former recipients
        lingering_ = -1;
        read();
        w.is_changed_ = false;
    } else {
        drop_lingering();
    }
    return watch_result::anew;
}

bool change_notifier::watch_process(file_watch& w, std::int64_t pid) noexcept
{
    w.process_.reset();
    if (pid == 0)
        return true;
    int const fd = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0));
    if (fd == -1)
        return errno == ESRCH; // ESRCH: the next attempt will find that the process is gone
    if (open_for_processes())
        w.process_.reset(new (std::nothrow) watched_process);
    if (!w.process_) {
        ::close(fd);
        return false;
    }
    w.process_->end.adopt(fd);
    w.process_->pid = pid;
    ::epoll_event end = {};
    end.events = EPOLLIN | EPOLLONESHOT; // EPOLLONESHOT: the descriptor stays readable
    end.data.ptr = &w;
    if (::epoll_ctl(all_.native(), EPOLL_CTL_ADD, w.process_->end.native(), &end) == 0)
        return true;
    w.process_.reset();
    return false;
}

// Removes the descriptor from the epoll set explicitly. To close it would not be enough: a child
// that shares the descriptors of this process may keep a copy.
void change_notifier::forget_process(file_watch& w) noexcept
{
    if (w.process_)
        (void)::epoll_ctl(all_.native(), EPOLL_CTL_DEL, w.process_->end.native(), nullptr);
    w.process_.reset();
}

void change_notifier::forget(file_watch& w) noexcept
{
    bool const listed = is_listed(w);
    w.listed_in_ = 0;
    if (!listed) {
        w.process_.reset();
        return;
    }
    forget_process(w);
    list_.erase(list_.iterator_to(w));
    // inotify has one watch for each file: remove it with its last user.
    auto const same = list_.equal_range(w.number_);
    bool const is_shared =
        std::any_of(same.first, same.second, [](file_watch const& o) { return !o.is_gone_; });
    if (is_shared || w.is_gone_)
        return;
    int const former = std::exchange(lingering_, w.number_);
    if (former != -1)
        (void)::inotify_rm_watch(source_.native(), former);
}

// Reads the IN_IGNORED of the watch, which would wake the next wait. EINVAL: the file has ended.
void change_notifier::drop_lingering() noexcept
{
    if (lingering_ == -1)
        return;
    (void)::inotify_rm_watch(source_.native(), std::exchange(lingering_, -1));
    read();
}

void change_notifier::read() noexcept
{
    if (all_.is_open())
        read_ends();
    alignas(::inotify_event) char buffer[4096];
    for (bool is_full = true; is_full;) {
        auto const n = ::read(source_.native(), buffer, sizeof buffer);
        is_full = n > static_cast<ssize_t>(sizeof buffer - sizeof(::inotify_event) - NAME_MAX - 1);
        for (char const* at = buffer; at < buffer + n;) {
            ::inotify_event event;
            std::memcpy(&event, at, sizeof event);
            at += sizeof event + event.len; // `len`: the name of a directory's entry follows
            // IN_IGNORED: the file, or its file system, is gone.
            notify(event.wd, (event.mask & IN_IGNORED) != 0, (event.mask & IN_Q_OVERFLOW) != 0);
            if (lingering_ != -1 && event.wd == lingering_) { // one wake-up for nothing is enough
                (void)::inotify_rm_watch(source_.native(), std::exchange(lingering_, -1));
                is_full = true; // reads IN_IGNORED as well
            }
        }
    }
}

void change_notifier::read_ends() noexcept
{
    ::epoll_event events[16];
    int const n = ::epoll_wait(all_.native(), events, 16, 0); // the rest comes next time
    for (int i = 0; i < n; ++i)
        if (auto* const w = static_cast<file_watch*>(events[i].data.ptr)) {
            w->is_changed_ = true;
            w->on_change();
        }
}

void change_notifier::notify(int watch, bool is_gone, bool all) noexcept
{
    auto concerned = std::make_pair(list_.begin(), list_.end());
    if (!all)
        concerned = list_.equal_range(watch);
    for (auto at = concerned.first; at != concerned.second; ++at) {
        if (is_gone)
            at->is_gone_ = true;
        at->is_changed_ = true;
        at->on_change();
    }
}

void change_notifier::reset_in_child() noexcept
{
    generation_ = process_generation();
    lingering_ = -1;
    list_.clear();
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
