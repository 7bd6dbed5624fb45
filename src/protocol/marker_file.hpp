// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "last_publisher.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

// What is done to markers, whatever they say.
//
// Two kernel locks on a marker's own file, where the storage is local (on network storage they may
// hang, lie, or be forgotten):
// - the witness, a record lock of its maker's, from before it has its name to the end of the hold:
//   whoever sees it must not take the maker for dead;
// - the right of removal, a `flock` that is held shortly by whoever removes the name, or makes sure
//   of it, so that what he has judged is what he acts on.

namespace boost {
namespace filelock {
namespace detail {

/// A file that was found where a marker may be.
struct found_marker
{
    descriptor file; // not open where we may not read it
    file_facts facts;
    std::string text;

    /// `no_such_file_or_directory` where the path names nothing, `error::not_a_lock_file` for what
    /// is no regular file. Follows nothing, waits for nothing, and reads no more than a record.
    system::error_code look(filesystem::path const& path);

    /// The same file's content once more.
    system::error_code look_again();
};

/// Whether both looks found the same file. On network storage a number is no identity, so what it
/// says counts as well.
bool is_same(found_marker const& a, found_marker const& b) noexcept;

/// What is made of the names of markers, and within which time.
struct marker_policy
{
    /// No other marker will ever have the name.
    bool unique_name = false;

    /// It is not taken away where it was made too late, or not wholly, but stays published: its
    /// name must not be removed by just anybody at any time.
    bool keep_on_failure = false;

    /// Its text has a token, and so no other marker will ever have the same.
    bool has_token = false;

    /// From the making of a marker to its having its name; on network storage also from the last
    /// look at another's to its removal, or as long as the look took. What takes longer is begun
    /// again.
    std::chrono::nanoseconds publish_limit = std::chrono::seconds(1);
};

/// What became of a marker that this process published.
enum class marker_state
{
    intact,  ///< the path names it
    expired, ///< the path names it, but it was stamped too late
    missing, ///< the path names nothing
    replaced ///< the path names another file
};

/// Our marker, from before it has a name to its removal.
class marker_file
{
public:
    marker_file(filesystem::path path, std::optional<filesystem::perms> permissions, storage where,
                marker_policy policy = {})
        : path_(std::move(path)), permissions_(permissions), where_(where), policy_(policy)
    {}
    marker_file(marker_file const&) = delete;
    marker_file& operator=(marker_file const&) = delete;
    ~marker_file();

    enum class outcome
    {
        published,
        taken,      ///< the path names a file
        retry,      ///< others came between
        right_taken ///< somebody has the right of removal: ask again soon
    };

    /// Makes the path name a marker with this text, if it names nothing.
    system::error_code publish(std::string const& text, outcome& result);

    /// Whether a file may be removed: asked again when nobody else can remove it.
    using judgement = std::function<bool(found_marker const&)>;

    /// Puts a marker of ours in the place of one that was judged removable.
    system::error_code replace(found_marker& theirs, judgement const& is_removable,
                               std::string const& text, outcome& result);

    /// Removes one that was judged removable, with nothing in its place. Asks for the judgement
    /// last of all. `again` where it is not so any more.
    system::error_code evict(found_marker& theirs, judgement const& is_removable,
                             outcome& result) const;

    /// Removes the name of what was found, whosever it is, unless it names another file by now.
    /// `operation_would_block` where another process has the right of removal.
    system::error_code remove(found_marker& theirs) const;

    bool is_published() const noexcept { return file_.is_open(); }

    /// Whether it was once too slow for a marker that is made in place.
    bool is_on_slow_storage() const noexcept { return is_slow_; }

    /// Since boot: when it was made, or shortly before. While it is published.
    std::chrono::nanoseconds made() const noexcept { return made_; }

    /// Stamps it with the present time, if the path names it, and says whether it still does
    /// thereafter; `late` where it is then past `until`, since boot. From any thread while it is
    /// published, one at a time. `operation_would_block` where somebody has the right of removal.
    system::error_code refresh(std::chrono::nanoseconds until, marker_state& result) const noexcept;

    /// The same without a stamp; never `late`.
    system::error_code look(marker_state& result) const noexcept { return state_of_ours(result); }

    /// Leaves it where it is, and knows it no more.
    void leave() noexcept
    {
        file_.close();
        publisher_.end();
        refused_since_.reset();
    }

    /// Whether the path names our marker.
    bool is_in_place(system::error_code& ec) const noexcept;

    /// Removes it if the path still names it. `operation_would_block` where another process has the
    /// right of removal; once that has lasted for 100 ms, it becomes a marker without an owner,
    /// which others remove in time: `timed_out`. On network storage the same error where the server
    /// reports a stale handle, for 2 s; then that error. `may_go`, if it is given, is asked last;
    /// if it returns false, the marker stays: `operation_would_block` as well.
    system::error_code withdraw(bool (*may_go)(void const*) = nullptr,
                                void const* whom = nullptr) noexcept;

    /// Whether the rules for local storage are for it. While it is published.
    bool has_local_rules() const noexcept { return is_local_; }

    /// The time by the clock of the file system, whosever that is: what it stamps on a new file.
    /// Nothing where it cannot be asked.
    std::optional<std::chrono::nanoseconds> storage_time() const;

    /// Returns whether the marker was made before this machine was started, by the clock of the
    /// file system; nothing where that cannot be known now. It makes a file there.
    std::optional<bool> precedes_this_boot(found_marker const& found) const;

    /// Removes what processes that died have left under private names beside it, a minute ago by
    /// the file system's clock. As far as that can be done. While it is published.
    void remove_litter() const noexcept;

    /// Whether the storage that this file is on is local.
    bool is_local(descriptor const& file) const noexcept;

    /// Whether a process of this number has died, as far as is known while it broke this marker,
    /// and has left a live holder's marker under a private name. On local storage.
    bool hides_a_holder(std::int64_t pid) const;

private:
    system::error_code know_file(std::string const& text);
    system::error_code draft(std::string const& text);
    system::error_code fill(std::string const& text);
    system::error_code create(filesystem::path const& path);
    bool names_both(filesystem::path const& name) const noexcept;
    system::error_code make_in_place(std::string const& text, outcome& result);
    system::error_code fill_in_place(std::string const& text, outcome& result);
    system::error_code link_whole(std::string const& text, outcome& result, bool& is_refused);
    bool is_in_time() const noexcept;
    system::error_code enter(outcome& result);
    system::error_code end_making(outcome& result);
    system::error_code confirm(outcome& result);
    system::error_code put_in_place_of(found_marker& theirs, judgement const& is_removable,
                                       filesystem::path const& name, outcome& result);
    system::error_code unlink_path() const noexcept;
    system::error_code remove_ours(bool (*may_go)(void const*), void const* whom) const noexcept;
    void abandon() noexcept;
    bool is_refused_for(std::chrono::nanoseconds limit) noexcept;
    system::error_code empty() noexcept;
    bool is_ours(found_marker const& found) const noexcept;
    bool remove_as_well(filesystem::path const& name, judgement const& is_removable) const noexcept;
    system::error_code restore(filesystem::path const& name) noexcept;
    system::error_code restore_to_vacant_path(filesystem::path const& name) const noexcept;
    system::error_code move_aside(found_marker const& theirs, filesystem::path const& name) const;
    system::error_code names(file_identity const& identity, bool& it_does) const noexcept;
    system::error_code state_of_ours(marker_state& result) const noexcept;
    system::error_code names_ours(bool& it_does) const noexcept;
    system::error_code evict_locally(found_marker& theirs, judgement const& is_removable,
                                     outcome& result) const;
    system::error_code evict_own_name(found_marker const& theirs,
                                      judgement const& is_removable) const;
    template <class F>
    system::error_code for_temporary_names(F const& f) const;

    filesystem::path path_;
    std::optional<filesystem::perms> permissions_;
    storage where_;
    marker_policy policy_;
    descriptor file_; // open while published
    file_facts facts_;
    std::string text_; // what the published marker says, where the storage is not local
    last_publisher publisher_;
    std::chrono::nanoseconds made_{}; // when, at the latest, it was begun
    std::optional<std::chrono::steady_clock::time_point> refused_since_; // to be removed
    bool is_local_ = false;
    bool is_time_known_ = true; // of `facts_`, where the storage is not local
    bool is_slow_ = false;      // was once too slow for a marker that is made in place
    bool has_broken_ = false;   // another's marker, since litter was last removed
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
