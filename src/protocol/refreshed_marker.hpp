// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP

#include "access_marker.hpp"
#include "marker_file.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// A marker of ours in the tree of a `soft_read_write_lock`, and for how long it is good: others
/// may take it for dead when it has not been stamped for long enough.
///
/// Times are since boot, and go on while the machine is suspended.
class refreshed_marker
{
public:
    /// `good_for`: without being stamped.
    explicit refreshed_marker(std::chrono::nanoseconds good_for) noexcept : good_for_(good_for) {}

    /// Makes the path name a marker that says this, if it names nothing.
    system::error_code publish(filesystem::path const& path, access_marker const& who,
                               std::optional<filesystem::perms> permissions, storage where,
                               bool unique_name, marker_file::outcome& result);

    bool is_published() const noexcept { return file_ && file_->is_published(); }

    /// Stamps it. `late`: it was good no more by then, whatever it is now; others may have acted on
    /// that. From any thread while it is published, one at a time.
    system::error_code refresh(marker_state& result) noexcept;

    /// The same without a stamp.
    system::error_code look(marker_state& result) const noexcept;

    std::chrono::nanoseconds good_until() const noexcept { return good_since() + good_for_; }
    std::chrono::nanoseconds good_since() const noexcept
    {
        return std::chrono::nanoseconds(good_since_.load(std::memory_order_relaxed));
    }

    bool is_in_place(system::error_code& ec) const noexcept { return file_->is_in_place(ec); }
    std::string const& token() const noexcept { return token_; }

    bool has_local_rules() const noexcept { return file_->has_local_rules(); }

    /// Takes it away if its name still names it; `may_go` is asked last. After an error it may
    /// still be there.
    system::error_code withdraw(bool (*may_go)(void const*) = nullptr,
                                void const* whom = nullptr) noexcept
    {
        return is_published() ? file_->withdraw(may_go, whom) : system::error_code();
    }

    /// While it is published.
    void remove_litter() const noexcept { file_->remove_litter(); }

    /// Leaves it to get old.
    void leave() noexcept
    {
        if (file_)
            file_->leave();
    }

private:
    std::chrono::nanoseconds const good_for_;
    std::optional<marker_file> file_;
    std::string token_;
    std::atomic<std::chrono::nanoseconds::rep> good_since_{0}; // read by others than who writes it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
