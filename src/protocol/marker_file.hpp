// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_FILE_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"

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

/// Our marker, from before it has a name to its removal.
class marker_file
{
public:
    marker_file(filesystem::path path, std::optional<filesystem::perms> permissions, storage where)
        : path_(std::move(path)), permissions_(permissions), where_(where)
    {}
    marker_file(marker_file const&) = delete;
    marker_file& operator=(marker_file const&) = delete;
    ~marker_file();

    enum class outcome
    {
        ours,
        taken,     ///< the path names a file
        again,     ///< others came between
        busy_right ///< somebody has the right of removal: ask again soon
    };

    /// Makes the path name a marker with this text, if it names nothing.
    system::error_code publish(std::string const& text, outcome& result);

    /// Whether a file may be removed: asked again when nobody else can remove it.
    using judgement = std::function<bool(found_marker const&)>;

    /// Puts a marker of ours in the place of one that was judged removable.
    system::error_code replace(found_marker& theirs, judgement const& is_removable,
                               std::string const& text, outcome& result);

    /// Removes the name of what was found, whosever it is, unless it names another file by now.
    system::error_code remove(found_marker& theirs) const noexcept;

    bool is_published() const noexcept { return file_.is_open(); }

    /// Whether the path names our marker.
    bool is_in_place(system::error_code& ec) const noexcept;

    /// Takes it away if the path still names it. Where somebody keeps the right of removal, it is
    /// made a marker without an owner, which others remove in time: `timed_out`.
    system::error_code withdraw() noexcept;

    /// The time by the clock of the file system, whosever that is: what it stamps on a new file.
    /// 1970 where it cannot be asked.
    std::chrono::nanoseconds storage_time() const;

    /// Whether the storage that this file is on is local.
    bool is_local(descriptor const& file) const noexcept;

    /// Whether a process of this number has died, as far as is known while it broke this marker,
    /// and has left a live holder's marker under a private name. On local storage.
    bool hides_a_holder(std::int64_t pid) const;

private:
    system::error_code know_file() noexcept;
    system::error_code draft(std::string const& text);
    system::error_code fill(std::string const& text) noexcept;
    system::error_code make_in_place(std::string const& text, outcome& result);
    system::error_code fill_in_place(std::string const& text, outcome& result);
    bool is_in_time() const noexcept;
    system::error_code enter(outcome& result) noexcept;
    system::error_code put_in_place_of(found_marker& theirs, judgement const& is_removable,
                                       filesystem::path const& name, outcome& result);
    system::error_code vacate() const noexcept;
    system::error_code remove_ours() const noexcept;
    void abandon() noexcept;
    system::error_code empty() noexcept;
    bool remove_as_well(filesystem::path const& name, judgement const& is_removable) const noexcept;
    system::error_code put_back(filesystem::path const& name) noexcept;
    system::error_code carry_off(found_marker const& theirs, filesystem::path const& name) const;
    system::error_code names(file_identity const& identity, bool& it_does) const noexcept;
    template <class F>
    void for_private_names(F const& f) const;
    void remove_litter() const noexcept;

    filesystem::path path_;
    std::optional<filesystem::perms> permissions_;
    storage where_;
    descriptor file_; // open while published
    file_facts facts_;
    std::chrono::nanoseconds made_{}; // when, at the latest, it was begun
    bool is_local_ = false;
    bool has_broken_ = false; // somebody's marker, since it was looked for litter
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
