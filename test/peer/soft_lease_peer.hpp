// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_SOFT_LEASE_PEER_HPP
#define BOOST_FILELOCK_TEST_PEER_SOFT_LEASE_PEER_HPP

#include "soft_peer.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <string>

namespace filelock_test {

/// Runs soft_file_lease.py, which needs soft_file_lock.py beside it. Both are found in the same way
/// as that script. The precondition have_soft_peer covers this peer as well.
class soft_lease_peer : public soft_peer
{
public:
    explicit soft_lease_peer(boost::filesystem::path const& path,
                             std::chrono::milliseconds duration = std::chrono::seconds(30))
        : soft_peer(
              "soft_file_lease.py", path,
              {"--duration=" + std::to_string(std::chrono::duration<double>(duration).count())}, {})
    {}
};

} // namespace filelock_test

#endif
