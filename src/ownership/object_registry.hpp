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

// All lock objects of this process: how a thread that is about to wait for a lock finds that it
// holds it itself, through another object.

void register_object(owner_queue& queue);
void unregister_object(owner_queue& queue) noexcept;

/// Whether this owner holds this file, through an object other than this one, in a way that keeps
/// out a hold of this mode.
bool another_keeps_out(owner_queue const& but, owner who, file_identity const& file,
                       lock_mode mode);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
