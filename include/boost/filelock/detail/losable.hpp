// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_LOSABLE_HPP
#define BOOST_FILELOCK_DETAIL_LOSABLE_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/lease_loss.hpp>

#include <memory>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

class loss_report;

template <class Executor>
class initiate_wait_loss;

/// The common part of the lock types whose holds have to be refreshed and can be lost,
/// `soft_file_lease` and `soft_read_write_lock`.
class BOOST_FILELOCK_DECL losable
{
public:
    /// @name Observers

    /// Returns how the object's present or last hold was lost, or nothing if no loss is known. Asks
    /// no file, but notices that the marker was not refreshed in time. A loss is forgotten when the
    /// lock is next acquired. Releasing a lost hold is no error, and is still necessary.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child, nothing of the parent's losses.
    std::optional<lease_loss> loss() const;

protected:
    explicit losable(std::shared_ptr<loss_report> report) noexcept;
    ~losable();

private:
    template <class Executor>
    friend class initiate_wait_loss;

    std::shared_ptr<loss_report> report_; // shared with asynchronous operations
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
