// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_INSPECTION_PARTS_HPP
#define BOOST_FILELOCK_TOOL_INSPECTION_PARTS_HPP

#include "inspection.hpp"
#include "kernel.hpp"

#include "../../src/protocol/found_marker.hpp"
#include "../../src/protocol/marker_record.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

// The parts that an inspection consists of: one for each set of files that a lock can have.

namespace filelock_tool {

// Suffixes of the files beside the path of a lock.
inline constexpr char readers_suffix[] = ".readers", write_suffix[] = ".write",
                      state_suffix[] = ".state", claims_suffix[] = ".filelock",
                      fence_suffix[] = ".fence";

/// Returns the path with the suffix at its end.
boost::filesystem::path beside(boost::filesystem::path path, char const* suffix);

/// Returns false where the path names nothing, or cannot be reached. Follows no link.
bool facts_of(boost::filesystem::path const& path, struct ::stat& facts) noexcept;

/// Reports on the file at the path: a marker, a sentinel, or a file with kernel locks. Nothing
/// where the path names nothing, or a directory without locks.
std::optional<lock_report> file_report(boost::filesystem::path const& path, kernel_locks& locks);

/// Reports on the file by the locks that the kernel has on it.
lock_report kernel_report(boost::filesystem::path const& path,
                          std::vector<kernel_lock_entry> const& on_it, kernel_locks& locks);

/// Reports on the kernel's locks that exclude a lock of this kind, `file_lock` or
/// `read_write_lock`. Nothing where the path names nothing that can have such a lock.
std::optional<lock_report> kernel_report_of(boost::filesystem::path const& path, lock_kind kind,
                                            kernel_locks& locks);

/// Reports on the files PATH.readers, PATH.write and PATH.state. Nothing where they are not there,
/// or are other files of such names.
std::optional<lock_report> soft_read_write_report(boost::filesystem::path const& path,
                                                  kernel_locks& locks);

/// Reports on the claims of PATH. Nothing where neither they nor the sentinel are there.
std::optional<lock_report> strict_report(boost::filesystem::path const& path);

/// Returns the greatest fence number of PATH, or nothing if there is none.
std::optional<std::uint64_t> fence_of(boost::filesystem::path const& path);

/// A marker, as far as it was read.
struct seen_marker
{
    boost::system::error_code error; ///< `no_such_file_or_directory`, or why it was not read
    bool is_regular = true;
    bool is_readable = true;
    std::string text;
    std::chrono::nanoseconds since_modified{};
    std::optional<std::chrono::nanoseconds> since_created;
};

/// Reads the marker. Does not open an empty file, nor one that is longer than a record.
seen_marker look_at(boost::filesystem::path const& path);

/// Returns the holder that a record names. `has_witness`: a process holds a lock on the marker, so
/// that the owner may live where this process does not see it.
lock_holder holder_of(boost::filelock::detail::marker_record const& owner,
                      boost::filelock::owner_mode mode, bool has_witness);

/// Reports on the locks of all kinds at the path. None where nothing there is a lock's.
std::vector<lock_report> reports_at(boost::filesystem::path const& path, kernel_locks& locks);

/// Returns whether the locks on a marker include that of a living owner.
bool includes_witness(std::vector<kernel_lock_entry> const& on_it) noexcept;

} // namespace filelock_tool

#endif
