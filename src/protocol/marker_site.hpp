// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_SITE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_SITE_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "found_marker.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// How markers of one kind are named, made and told apart.
struct marker_policy
{
    /// No other marker will ever have the name.
    bool unique_name = false;

    /// A marker that was made too late, or only in part, stays published: its name may be removed
    /// only under conditions that the caller checks.
    bool keep_on_failure = false;

    /// The text has a token, so no other marker will ever have the same text.
    bool has_token = false;

    /// The longest time from the making of a marker to its having its name; on network storage also
    /// from the last look at another's marker to its removal, unless that look took longer. What
    /// takes longer is begun again.
    std::chrono::nanoseconds publish_limit = std::chrono::seconds(1);
};

/// The outcome of publishing, replacing or evicting a marker.
enum class marker_outcome
{
    published,
    taken,      ///< the path names another file
    retry,      ///< another process changed the path in between
    right_taken ///< another process has the removal right: try again soon
};

/// Whether a marker may be removed, and otherwise what may change that.
struct marker_verdict
{
    bool is_removable = false;
    /// How soon it may become removable without a change notification. Zero: a notification reports
    /// it.
    std::chrono::nanoseconds recheck_after{};
    std::int64_t process = 0; ///< its end may make the marker removable; 0: none
    system::error_code error;

    /// Makes the marker removable once `age` has reached the limit.
    void expire_at(std::chrono::nanoseconds limit, std::chrono::nanoseconds age) noexcept
    {
        is_removable = is_removable || age >= limit;
        if (!is_removable && (recheck_after == recheck_after.zero() || limit - age < recheck_after))
            recheck_after = limit - age;
    }
};

/// Decides whether a marker may be removed. Called again as the last step before the removal.
using marker_judgement = std::function<bool(found_marker const&)>;

/// The path of a marker: what it names, the storage that it is on, and the eviction of another's
/// marker.
class marker_site
{
public:
    marker_site(anchored_path path, storage where, marker_policy policy = {})
        : path_(std::move(path)), where_(where), policy_(policy)
    {}

    anchored_path const& path() const noexcept { return path_; }
    storage where() const noexcept { return where_; }
    marker_policy const& policy() const noexcept { return policy_; }

    /// Returns whether this file is on local storage.
    bool is_local(descriptor const& file) const noexcept;

    /// Returns in `it_does` whether the path names this file.
    system::error_code names(file_identity const& identity, bool& it_does) const noexcept;

    /// Evicts a marker that was judged removable, with nothing in its place. `retry` where it is
    /// not removable any more.
    system::error_code evict(found_marker& theirs, marker_judgement const& is_removable,
                             marker_outcome& result) const;

    /// Removes the name of this marker, unless it names another file by now.
    /// `operation_would_block` where another process has the removal right.
    system::error_code remove(found_marker& theirs) const;

    /// Removes whatever the path names.
    system::error_code unlink_path() const noexcept;

    /// Moves the marker to a temporary name and removes it there, as Python's filelock does where
    /// there is no removal right.
    system::error_code move_aside(found_marker const& theirs, anchored_path const& name) const;

    /// Returns the time that the file system stamps on a new file, which may be another host's
    /// clock. Nothing where a file cannot be made.
    std::optional<std::chrono::nanoseconds> storage_time() const;

    /// Returns whether the marker was made before this machine was started, by the clock of the
    /// file system; nothing where that cannot be known now. Makes a file there.
    std::optional<bool> precedes_this_boot(found_marker const& found) const;

    /// Returns whether a process with this number died while it evicted this marker, as far as is
    /// known, and left a live holder's marker under a temporary name. Local storage only.
    bool hides_a_holder(std::int64_t pid) const;

    /// Calls `f(name, found)` for each file under a temporary name that may be a marker. Returns an
    /// error where the directory, or one of these files, could not be read.
    system::error_code for_temporary_names(
        std::function<void(anchored_path const&, found_marker const&)> const& f) const;

private:
    system::error_code evict_locally(found_marker& theirs, marker_judgement const& is_removable,
                                     marker_outcome& result) const;
    system::error_code evict_unique_name(found_marker const& theirs,
                                         marker_judgement const& is_removable) const;

    anchored_path path_;
    storage where_;
    marker_policy policy_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
