// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_ACQUIRE_OPERATION_HPP
#define BOOST_FILELOCK_DETAIL_ACQUIRE_OPERATION_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/hold.hpp>
#include <boost/filelock/detail/lock_mode.hpp>

#include <boost/system/error_code.hpp>

#include <exception>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// One `async_acquire` without its handler, which receives a hold of type `Held`.
template <class Held, class Lock>
class acquire_operation : public async_operation
{
public:
    using delivered = Held;

protected:
    acquire_operation(async_engine& engine, Lock* lock, lock_mode mode, acquire_options const* how)
        : async_operation(engine, *lock, mode, how), lock_(*lock)
    {}
    ~acquire_operation() = default;

    bool step(system::error_code& ec, Held& result) noexcept
    {
        hold had;
        std::exception_ptr thrown;
        bool const is_over = async_operation::step(ec, had, thrown);
        if (is_over)
            result = ec ? Held(std::move(thrown)) : Held(std::move(had), lock_);
        return is_over;
    }

private:
    Lock& lock_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
