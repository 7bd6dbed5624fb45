// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_REFRESHED_MARKER_HPP

#include "access_marker.hpp"
#include "access_times.hpp"
#include "marker_file.hpp"
#include "refresh_clock.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// A marker of ours in the tree of a `soft_read_write_lock`, and the time until which it is good.
class refreshed_marker
{
public:
    explicit refreshed_marker(access_times const& times) noexcept
        : clock_(times.good_for, times.interval)
    {}

    /// Makes the path name a marker with the text of `who`, if the path names nothing. `seen_at`:
    /// the path by which other processes find the marker.
    system::error_code publish(anchored_path path, filesystem::path seen_at,
                               access_marker const& who,
                               std::optional<filesystem::perms> permissions, storage where,
                               bool unique_name, marker_outcome& result);

    bool is_published() const noexcept { return file_ && file_->is_published(); }

    refresh_clock const& clock() const noexcept { return clock_; }

    /// As `refresh_clock` does. While the marker is published.
    system::error_code refresh(marker_state& result) noexcept
    {
        return clock_.refresh(*file_, result);
    }
    system::error_code look(marker_state& result) const noexcept
    {
        return clock_.look(*file_, result);
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
    refresh_clock clock_;
    std::optional<marker_file> file_;
    std::string token_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
