// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_DIRECTORY_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_DIRECTORY_HPP

#include "claim_record.hpp"
#include "lock_directory.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// A file in the directory of claims.
struct found_claim
{
    std::string name;
    claim_name::kind_type kind = claim_name::held;
    claim_record owner; ///< only the token where the file was not read
    std::chrono::nanoseconds modified{};
    bool is_damaged = false; ///< it is no valid claim, or cannot be read; then only `name` is set
};

/// The claims of a lock at one moment, as far as a directory can be read at one moment.
struct claim_scan
{
    std::vector<found_claim> claims; // sorted by name, with private files that are not regular
    std::vector<std::string> privates;

    /// Returns the first damaged file, or null.
    found_claim const* damaged() const noexcept;
};

/// The directory `PATH.filelock/claims`. It is used through descriptors, so that all steps of an
/// attempt are in the same directory.
class claim_directory
{
public:
    explicit claim_directory(filesystem::path const& lock_path) : path_(lock_path) {}

    /// Opens the directories. Returns `error::not_a_lock_file` if one of the paths names something
    /// else.
    system::error_code open_existing();

    /// Does the same, and makes those that are missing, the parents included if `make_parents`.
    system::error_code open_or_make(std::optional<filesystem::perms> const& permissions,
                                    bool make_parents);

    /// Closes what only attempts need.
    void close_all_but_claims() noexcept;
    void close() noexcept;

    filesystem::path const& path() const noexcept { return path_; }

    /// Returns the path of the lock, in the directory that was opened.
    anchored_path lock_path() const { return {parent_.file, path_.filename()}; }

    /// Returns the path of a claim.
    anchored_path path_of(std::string const& name) const { return {claims_.file, name}; }

    lock_directory const& parent() const noexcept { return parent_; }
    lock_directory const& claims() const noexcept { return claims_; }

    /// Reads the directory, which is opened anew, and every file in it, except the claims with the
    /// token `known`: of these only the names count.
    system::error_code scan(claim_scan& seen, std::string const& known = {}) const;

    /// Returns in `it_is` whether the directory, which is opened anew, has the name.
    system::error_code lists(std::string const& name, bool& it_is) const;

private:
    template <class Open>
    system::error_code open_with(Open const& open);
    system::error_code read(found_claim& claim, std::string const& known, bool& is_there) const;

    filesystem::path path_;
    lock_directory parent_, box_, claims_; // box_: PATH.filelock
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
