// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_READER_DIRECTORY_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_READER_DIRECTORY_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "marker_file.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// The directory where readers have their markers. It is used through its descriptor: nobody can
/// put another one, or a link, in its place between two steps.
class reader_directory
{
public:
    explicit reader_directory(filesystem::path path) : path_(std::move(path)) {}

    /// Opens it afresh, and makes it where it is missing: for its owner alone, or as the
    /// permissions of markers say. `error::not_a_lock_file` for what is no directory.
    system::error_code open(std::optional<filesystem::perms> permissions);
    system::error_code open_existing();
    void close() noexcept { file_.close(); }
    bool is_open() const noexcept { return file_.is_open(); }

    descriptor const& file() const noexcept { return file_; }
    file_identity identity() const noexcept { return facts_.identity; }
    filesystem::path path_of(std::string const& name) const;

    /// Whether its path still names it, so that others look here.
    bool is_in_place(storage rules, system::error_code& ec) const noexcept;

    /// What others who open it now find under this name: `ours` if it has this text. For network
    /// storage, where a number is no identity.
    marker_state state_of(std::string const& name, std::string const& text,
                          system::error_code& ec) const noexcept;

    /// All names of readers' markers, in order; and those of what is on its way out.
    system::error_code list(std::vector<std::string>& readers,
                            std::vector<std::string>& going) const;

private:
    filesystem::path path_;
    descriptor file_;
    file_facts facts_;
    bool is_named_ = false; // its names are to be had by its own path alone: there is no /proc
};

/// Whether the directory has the name, by reading all of it: who has just looked up a name that was
/// not there may be told so again, out of a cache.
system::error_code is_listed(filesystem::path const& path, bool& it_is);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
