// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LAST_PUBLISHER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LAST_PUBLISHER_HPP

#include "../platform/file.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// Tells apart the markers that this process publishes under one name.
///
/// Two locks of one process write the same record, and on network storage the inode number of a
/// removed file may be given to the next one. So the process remembers which of its markers it
/// published last under each name. An older one is lost.
class last_publisher
{
public:
    last_publisher() = default;
    last_publisher(last_publisher const&) = delete;
    last_publisher& operator=(last_publisher const&) = delete;
    ~last_publisher() { end(); }

    /// Prepares for a marker at this path. Throws std::bad_alloc.
    void prepare(anchored_path const& path);

    /// Returns a lock to be held while the path is made to name the marker, until `begin`. An older
    /// marker's owner that reads the path in between waits for that lock in `is_superseded`. The
    /// lock holds nothing if nothing was prepared.
    std::unique_lock<std::mutex> lock();

    /// Records that the path names the marker. Called while `lock` is held.
    void begin() noexcept;

    /// Returns whether a later marker of this process has been published there. Call it after the
    /// path was read, and not while `lock` is held.
    bool is_superseded() const noexcept;

    void end() noexcept;

private:
    /// The identity of the directory, since several paths may lead to it, and the name in it.
    using key = std::pair<std::pair<std::uint64_t, std::uint64_t>, std::string>;

    struct publications
    {
        std::mutex mutex;
        std::uint64_t count = 0;
    };
    using table = std::map<key, std::weak_ptr<publications>>;

    friend struct published_names;

    key key_;
    std::shared_ptr<publications> of_name_;
    std::uint64_t number_ = 0; // of our marker among them; 0: none is published
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
