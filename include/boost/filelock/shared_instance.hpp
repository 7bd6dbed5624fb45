// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SHARED_INSTANCE_HPP
#define BOOST_FILELOCK_SHARED_INSTANCE_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/option_difference.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/throw_exception.hpp>
#include <boost/type_index.hpp>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// A type and a path. What one part of a program has compiled with run-time type information
/// compares its types by that, what another has without it by name: the comparison goes along, and
/// the library, compiled either way, can keep both.
struct instance_key
{
    using type_less = bool (*)(void const*, void const*);

    void const* type; ///< the `type_info` of `TypeIndex`
    type_less less;
    bool is_by_name;
    filesystem::path path;

    friend bool operator<(instance_key const& a, instance_key const& b)
    {
        if (a.is_by_name != b.is_by_name)
            return b.is_by_name;
        if (a.less(a.type, b.type))
            return true;
        return !a.less(b.type, a.type) && a.path.native() < b.path.native();
    }
};

template <class TypeIndex>
bool is_type_less(void const* a, void const* b)
{
    using info = typename TypeIndex::type_info_t;
    return TypeIndex(*static_cast<info const*>(a)) < TypeIndex(*static_cast<info const*>(b));
}

template <class Lock>
instance_key key_of_instance(filesystem::path path)
{
    using index = typeindex::type_index;
    constexpr bool is_by_name = !std::is_same<index::type_info_t, std::type_info>::value;
    return {&typeindex::type_id<Lock>().type_info(), &is_type_less<index>, is_by_name,
            std::move(path)};
}

/// The parent's real path, and the name.
BOOST_FILELOCK_DECL filesystem::path instance_path(filesystem::path const& path);
/// Null where there is none.
BOOST_FILELOCK_DECL std::shared_ptr<void> find_instance(instance_key const& key);
/// This one, or the one that another thread has been faster with.
BOOST_FILELOCK_DECL std::shared_ptr<void> add_instance(instance_key const& key,
                                                       std::shared_ptr<void> const& made);
BOOST_FILELOCK_DECL void forget_instance(instance_key const& key) noexcept;

template <class Lock>
struct shared_lock_instance
{
    instance_key key;
    typename Lock::options_type options;
    Lock lock;

    shared_lock_instance(instance_key k, filesystem::path const& path,
                         typename Lock::options_type const& how)
        : key(std::move(k)), options(how), lock(path, how)
    {}
    ~shared_lock_instance() { forget_instance(key); }
};

} // namespace detail

/// The one object of this type for this path in the process: made at the first call, shared by all
/// who have asked for it, destroyed with the last of them. Paths are the same where their parent
/// directories are, links resolved, at the time of the call, and the names in them.
///
/// Throws `std::invalid_argument` where there is an object with other options; its text names the
/// first that differs and both values. Options with a function in them are always others, since
/// functions cannot be compared. Throws what the constructor of the lock throws. Any thread may
/// call it. After a fork the child has the objects that there were, which own nothing there, as
/// ever.
template <class Lock>
[[nodiscard]] std::shared_ptr<Lock> shared_instance(filesystem::path const& path,
                                                    typename Lock::options_type const& options = {})
{
    using instance = detail::shared_lock_instance<Lock>;
    auto const key = detail::key_of_instance<Lock>(detail::instance_path(path));
    auto found = detail::find_instance(key);
    if (!found)
        found = detail::add_instance(key, std::make_shared<instance>(key, path, options));
    auto const one = std::static_pointer_cast<instance>(found);
    if (auto const difference = detail::option_difference(one->options, options);
        !difference.empty())
        boost::throw_exception(
            std::invalid_argument("boost::filelock: options differ from those of the shared "
                                  "instance for " +
                                  key.path.string() + " in " + difference),
            BOOST_CURRENT_LOCATION);
    return {one, &one->lock};
}

template <class Lock, class Path, detail::if_foreign_path<Path> = 0>
[[nodiscard]] std::shared_ptr<Lock> shared_instance(Path const& path,
                                                    typename Lock::options_type const& options = {})
{
    return shared_instance<Lock>(filesystem::path(path.native()), options);
}

} // namespace filelock
} // namespace boost

#endif
