// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "refreshed_marker.hpp"

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

system::error_code refreshed_marker::publish(anchored_path path, filesystem::path seen_at,
                                             access_marker const& who,
                                             std::optional<filesystem::perms> permissions,
                                             storage where, bool unique_name,
                                             marker_outcome& result)
{
    file_.emplace(std::move(path), permissions, where,
                  marker_policy{unique_name, !unique_name, true, clock_.good_for()});
    file_->look_at(std::move(seen_at));
    token_ = who.token;
    auto const ec = file_->publish(who.text(), result);
    clock_.begin(file_->made());
    return ec;
}

} // namespace detail
} // namespace filelock
} // namespace boost
