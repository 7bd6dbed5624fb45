// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_LOSS_LOG_HPP
#define BOOST_FILELOCK_TEST_LOSS_LOG_HPP

#include "patience.hpp"

#include <boost/filelock/lease_loss.hpp>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace filelock_test {

/// Collects what on_loss reports.
class loss_log
{
public:
    /// Returns the callback for on_loss.
    std::function<void(boost::filelock::lease_loss const&)> callback()
    {
        return [this](boost::filelock::lease_loss const& loss) {
            std::lock_guard<std::mutex> guard(mutex_);
            all_.push_back(loss);
        };
    }

    std::vector<boost::filelock::lease_loss> all() const
    {
        std::lock_guard<std::mutex> guard(mutex_);
        return all_;
    }

    boost::filelock::lease_loss first() const
    {
        if (!comes_true([this] { return !all().empty(); }))
            throw std::runtime_error("no loss was reported");
        return all().front();
    }

private:
    std::mutex mutable mutex_;
    std::vector<boost::filelock::lease_loss> all_;
};

} // namespace filelock_test

#endif
