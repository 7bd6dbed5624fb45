// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_RENEWED_IN_CHILD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_RENEWED_IN_CHILD_HPP

#include "../platform/fork.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// A protocol that a forked child makes again. Another thread of the parent may have been changing
/// the old one, which then cannot even be destroyed. Its descriptors are closed in the child, so
/// only its memory leaks.
template <class Protocol>
class renewed_in_child
{
public:
    using maker = std::function<std::unique_ptr<Protocol>()>;

    explicit renewed_in_child(maker make)
        : make_(std::move(make)), current_(make_().release()), made_in_(process_generation())
    {}
    renewed_in_child(renewed_in_child const&) = delete;
    renewed_in_child& operator=(renewed_in_child const&) = delete;
    ~renewed_in_child()
    {
        if (changes_ == 0)
            delete current_.load();
    }

    /// Makes the protocol again if this is a new forked child, and returns whether it did. Called
    /// at the beginning of an attempt.
    bool renew()
    {
        if (made_in_ == process_generation())
            return false;
        auto next = make_();
        auto& old = earlier_.emplace_back(); // other threads may still read `last`
        auto* const last = current_.exchange(next.release());
        if (changes_.exchange(0) == 0)
            old.reset(last);
        made_in_ = process_generation();
        return true;
    }

    /// Returns the protocol for calls from any thread. A member that a child calls before or during
    /// `renew` must not read what an attempt changes.
    Protocol const* operator->() const noexcept { return current_; }

    /// Gives access for calls that change the protocol.
    class changed
    {
    public:
        explicit changed(renewed_in_child& of) noexcept : of_(of) { ++of_.changes_; }
        changed(changed const&) = delete;
        changed& operator=(changed const&) = delete;
        ~changed()
        {
            if (began_in_ == process_generation())
                --of_.changes_;
        }
        Protocol* operator->() const noexcept { return of_.current_; }

    private:
        renewed_in_child& of_;
        std::uint32_t const began_in_ = process_generation(); // a callback may fork
    };
    changed change() noexcept { return changed(*this); }

private:
    maker const make_;
    std::atomic<Protocol*> current_;
    std::uint32_t made_in_; // the process generation
    // The calls that change the protocol now. In a forked child: those that were under way in the
    // parent.
    std::atomic<int> changes_{0};
    std::vector<std::unique_ptr<Protocol>> earlier_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
