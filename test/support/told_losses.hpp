// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_TOLD_LOSSES_HPP
#define BOOST_FILELOCK_TEST_TOLD_LOSSES_HPP

#include "patience.hpp"

#include <boost/filelock/lease_loss.hpp>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace filelock_test {

/// Collects what on_loss reports.
class told_losses
{
public:
    std::function<void(boost::filelock::lease_loss const&)> listener()
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
            throw std::runtime_error("no loss is told");
        return all().front();
    }

private:
    std::mutex mutable mutex_;
    std::vector<boost::filelock::lease_loss> all_;
};

} // namespace filelock_test

#endif
