// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_EXPIRED_LEASES_HPP
#define BOOST_FILELOCK_TEST_EXPIRED_LEASES_HPP

#include "lease_actor.hpp"
#include "markers.hpp"
#include "patience.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <queue>
#include <stdexcept>
#include <string>

namespace filelock_test {

/// Markers of another host's leases, which are so old that any contender evicts them at once. No
/// call sets the time of change (ctime) of a file. So the markers are made in advance, each in a
/// directory of its own, which is then moved: that does not change the files in it.
class expired_leases
{
public:
    /// `name`: of the markers.
    expired_leases(std::string name, std::chrono::milliseconds duration)
        : name_(std::move(name)), duration_(duration)
    {
        boost::filesystem::create_directory(place_);
        while (markers_.size() < stock)
            make();
    }
    expired_leases(expired_leases const&) = delete;
    expired_leases& operator=(expired_leases const&) = delete;
    ~expired_leases()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove_all(place_, ignored);
    }

    std::chrono::milliseconds duration() const { return duration_; }

    /// Replaces a directory, which is empty, by one with the oldest marker. Waits until that has
    /// expired.
    void move_to(boost::filesystem::path const& directory)
    {
        make(); // for a later call
        auto const oldest = markers_.front();
        markers_.pop();
        if (!comes_true([&] { return clock::now() > oldest.expired; }))
            throw std::runtime_error("no marker expires");
        boost::filesystem::rename(oldest.directory, directory);
    }

private:
    using clock = std::chrono::steady_clock;

    struct marker
    {
        boost::filesystem::path directory;
        clock::time_point expired;
    };

    static constexpr std::size_t stock = 32; // the first expires while the last are used

    void make()
    {
        auto const directory = place_ / std::to_string(++made_);
        boost::filesystem::create_directory(directory);
        write_text(directory / name_, foreign_lease(duration_));
        constexpr std::chrono::milliseconds tick{50}; // the clock of files is coarse
        markers_.push({directory, clock::now() + 2 * duration_ + tick});
    }

    std::string const name_;
    std::chrono::milliseconds const duration_;
    boost::filesystem::path const place_ =
        boost::filesystem::canonical(boost::filesystem::temp_directory_path()) /
        boost::filesystem::unique_path("filelock-test-%%%%-%%%%-%%%%");
    std::queue<marker> markers_;
    std::size_t made_ = 0;
};

/// Returns markers of this duration, with the name of the lock of `temporary_directory`. All test
/// cases of a program use the same, so that most have expired when they are needed.
inline expired_leases& expired_leases_of(std::chrono::milliseconds duration)
{
    static std::unique_ptr<expired_leases> all;
    if (!all || all->duration() != duration)
        all = std::make_unique<expired_leases>("test.lock", duration);
    return *all;
}

} // namespace filelock_test

#endif
