// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP

#include "../platform/clock.hpp"
#include "own_marker.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// Publishes a marker of this process, at a vacant path or in the place of another's marker.
class marker_file : public own_marker
{
public:
    marker_file(anchored_path path, std::optional<filesystem::perms> permissions, storage where,
                marker_policy policy = {})
        : own_marker(marker_site(std::move(path), where, policy), permissions)
    {}

    /// Makes the path name a marker with this text, if it names nothing.
    system::error_code publish(std::string const& text, marker_outcome& result);

    /// Replaces a marker that was judged removable by one of this process.
    system::error_code replace(found_marker& theirs, marker_judgement const& is_removable,
                               std::string const& text, marker_outcome& result);

    /// Returns whether the storage was once too slow for a marker that is made in place.
    bool is_on_slow_storage() const noexcept { return is_slow_; }

    /// Returns when the marker was made, since boot, or a time shortly before. While it is
    /// published.
    std::chrono::nanoseconds made() const noexcept { return made_; }

private:
    system::error_code draft(std::string const& text);
    system::error_code name_draft();
    system::error_code make_in_place(std::string const& text, marker_outcome& result);
    system::error_code create_in_place();
    system::error_code fill_in_place(std::string const& text, marker_outcome& result);
    system::error_code link_whole(std::string const& text, marker_outcome& result,
                                  bool& is_refused);
    system::error_code link_to_path(anchored_path const& name, bool& is_named);
    bool names_both(anchored_path const& name) const noexcept;
    bool is_in_time() const noexcept
    {
        return time_since_boot() - made_ <= site_.policy().publish_limit;
    }
    system::error_code enter(marker_outcome& result);
    system::error_code end_making(marker_outcome& result);

    system::error_code replace_locally(found_marker& theirs, marker_judgement const& is_removable,
                                       std::string const& text, marker_outcome& result);
    system::error_code replace_remotely(found_marker& theirs, marker_judgement const& is_removable);
    system::error_code put_in_place_of(found_marker& theirs, marker_judgement const& is_removable,
                                       anchored_path const& name, marker_outcome& result);
    system::error_code settle_exchange(found_marker const& theirs,
                                       marker_judgement const& is_removable,
                                       anchored_path const& name, marker_outcome& result);
    bool remove_as_well(anchored_path const& name,
                        marker_judgement const& is_removable) const noexcept;
    system::error_code restore(anchored_path const& name) noexcept;
    system::error_code restore_to_vacant_path(anchored_path const& name) const noexcept;

    std::chrono::nanoseconds made_{}; // since boot: when the making began, at the latest
    bool is_slow_ = false;
    bool has_replaced_ = false; // another's marker, since litter was last removed
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
