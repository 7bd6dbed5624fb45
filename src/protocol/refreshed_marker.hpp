// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP

#include "access_marker.hpp"
#include "marker_file.hpp"

#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// A marker of ours in the tree of a `soft_read_write_lock`, and the time until which it is good.
/// Contenders may take its owner for dead when it has not been refreshed for long enough.
///
/// Times are since boot, by a clock that goes on while the machine is suspended.
class refreshed_marker
{
public:
    /// `good_for`: how long the marker is good without a refresh.
    explicit refreshed_marker(std::chrono::nanoseconds good_for) noexcept : good_for_(good_for) {}

    /// Makes the path name a marker with the text of `who`, if the path names nothing.
    system::error_code publish(anchored_path const& path, access_marker const& who,
                               std::optional<filesystem::perms> permissions, storage where,
                               bool unique_name, marker_outcome& result);

    bool is_published() const noexcept { return file_ && file_->is_published(); }

    /// Stamps the marker. `expired` means that it was no longer good by then, whatever its present
    /// state: contenders may have acted on that. May be called from any thread while the marker is
    /// published, by one thread at a time.
    system::error_code refresh(marker_state& result) noexcept;

    /// Determines the state as `refresh` does, without a stamp.
    system::error_code look(marker_state& result) const noexcept;

    std::chrono::nanoseconds good_until() const noexcept { return good_since() + good_for_; }
    std::chrono::nanoseconds good_since() const noexcept
    {
        return std::chrono::nanoseconds(good_since_.load(std::memory_order_relaxed));
    }

    bool is_in_place(system::error_code& ec) const noexcept { return file_->is_in_place(ec); }
    std::string const& token() const noexcept { return token_; }

    bool has_local_rules() const noexcept { return file_->has_local_rules(); }

    /// Removes the marker if its name still names it. `may_go` is asked last; if it returns false,
    /// the marker stays. After any error the marker may still be there.
    system::error_code withdraw(bool (*may_go)(void const*) = nullptr,
                                void const* whom = nullptr) noexcept
    {
        return is_published() ? file_->withdraw(may_go, whom) : system::error_code();
    }

    /// Removes what processes that died have left under temporary names beside the marker. Call it
    /// while the marker is published.
    void remove_litter() const noexcept { file_->remove_litter(); }

    /// Gives up the marker without removing its file, which becomes stale.
    void leave() noexcept
    {
        if (file_)
            file_->leave();
    }

private:
    std::chrono::nanoseconds const good_for_;
    std::optional<marker_file> file_;
    std::string token_;
    // Read by other threads than the one that writes it.
    std::atomic<std::chrono::nanoseconds::rep> good_since_{0};
};

/// Returns how a hold is lost whose marker is in this state; nothing where it is not lost.
std::optional<loss_reason> loss_of(marker_state state) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
