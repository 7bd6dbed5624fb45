// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_LOSS_REPORT_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_LOSS_REPORT_HPP

#include <boost/filelock/lease_loss.hpp>

#include <mutex>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// Whether the hold of a lock object has been lost, or the last one was. From any thread.
class loss_report
{
public:
    loss_report();

    /// There is a new hold.
    void begin() noexcept;
    void lose(lease_loss const& loss);
    /// It was released.
    void end() noexcept;

    std::optional<lease_loss> get() const;

private:
    std::mutex& mutex_;
    std::optional<lease_loss> loss_;
    bool is_held_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
