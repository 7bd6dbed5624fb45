// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Uses every public header, and the parts of their templates, in programs that are compiled without
// run-time type information or exceptions.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <utility>

using namespace boost::filelock;
using boost::system::error_code;

void use(boost::asio::io_context& context, read_write_lock& lock, soft_read_write_lock& soft)
{
    using held = held_lock<read_write_lock>;
    lock.lock();
    (void)lock.try_lock_for(std::chrono::seconds(1));
    lock.unlock();
    synchronize(lock, [] {})();
    (void)shared_instance<file_lock>("x");
    async_acquire(context, lock, [&](error_code, held h) {
        async_release(context, std::move(h), [](error_code) {});
    });
    async_wait_loss(context, soft, [](error_code, lease_loss const&) {});
}
