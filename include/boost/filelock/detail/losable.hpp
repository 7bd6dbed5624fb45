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

/// The common part of the lock types whose holds have to be refreshed and can be lost.
class BOOST_FILELOCK_DECL losable
{
public:
    /// Returns how the object's present or last hold was lost, or nothing if no loss is known. Asks
    /// no file. Releasing a lost hold is no error. Any thread may call it.
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
