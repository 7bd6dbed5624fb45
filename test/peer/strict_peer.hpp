// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_STRICT_PEER_HPP
#define BOOST_FILELOCK_TEST_PEER_STRICT_PEER_HPP

#include "soft_peer.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <string>

namespace filelock_test {

/// Runs strict_soft_file_lock.py, which needs soft_file_lock.py beside it. Both are found in the
/// same way as that script. The precondition have_soft_peer covers this peer as well.
class strict_peer : public soft_peer
{
public:
    /// The grace period is the age at which a private record with one link is litter.
    explicit strict_peer(boost::filesystem::path const& path,
                         std::chrono::milliseconds grace = std::chrono::seconds(2))
        : soft_peer("strict_soft_file_lock.py", path,
                    {"--grace=" + std::to_string(std::chrono::duration<double>(grace).count())}, {})
    {}
};

} // namespace filelock_test

#endif
