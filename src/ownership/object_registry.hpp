// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OBJECT_REGISTRY_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OBJECT_REGISTRY_HPP

#include "../platform/file.hpp"
#include "owner_queue.hpp"

namespace boost {
namespace filelock {
namespace detail {

// The registry of all lock objects of this process. A thread that is about to wait for a lock looks
// there whether it holds the lock itself, through another object.

void register_object(owner_queue& queue);
void unregister_object(owner_queue& queue) noexcept;

/// Returns whether `who` holds `file` through an object other than `but`, in a mode that excludes a
/// hold of `mode`. Counts only objects whose locks exclude those of `but`.
bool another_keeps_out(owner_queue const& but, owner who, file_identity const& file,
                       lock_mode mode);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
