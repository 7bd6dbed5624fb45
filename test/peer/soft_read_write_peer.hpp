// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_SOFT_READ_WRITE_PEER_HPP
#define BOOST_FILELOCK_TEST_PEER_SOFT_READ_WRITE_PEER_HPP

#include "soft_peer.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <string>

namespace filelock_test {

/// Runs soft_read_write_lock.py, which needs soft_file_lock.py beside it. Both are found in the
/// same way as that script. The precondition have_soft_peer covers this peer as well.
class soft_read_write_peer : public soft_peer
{
public:
    struct pace
    {
        std::chrono::milliseconds heartbeat_interval = std::chrono::seconds(30);
        std::chrono::milliseconds stale_threshold = 3 * heartbeat_interval;
        std::chrono::milliseconds poll_interval{5};
    };

    explicit soft_read_write_peer(boost::filesystem::path const& path)
        : soft_read_write_peer(path, pace())
    {}

    soft_read_write_peer(boost::filesystem::path const& path, pace const& p,
                         words const& within = {})
        : soft_peer("soft_read_write_lock.py", path,
                    {option("heartbeat-interval", p.heartbeat_interval),
                     option("stale-threshold", p.stale_threshold),
                     option("poll-interval", p.poll_interval)},
                    within)
    {}

private:
    static std::string option(std::string const& name, std::chrono::milliseconds value)
    {
        return "--" + name + '=' + std::to_string(std::chrono::duration<double>(value).count());
    }
};

} // namespace filelock_test

#endif
