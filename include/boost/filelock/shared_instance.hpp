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

/// A type and a path. A part of a program that is compiled with run-time type information compares
/// its types by that, and a part without it compares them by name. The key carries the comparison,
/// so that the library, compiled either way, can store both.
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

/// Returns the real path of the parent directory with the file name appended.
BOOST_FILELOCK_DECL filesystem::path instance_path(filesystem::path const& path);
/// Returns the instance with this key, or null.
BOOST_FILELOCK_DECL std::shared_ptr<void> find_instance(instance_key const& key);
/// Returns `made`, or the instance that another thread added first.
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

/// Shares the only lock object of this type for this path in the process. The first call creates
/// it, later calls share it, and the last `shared_ptr` destroys it. Two paths are the same if their
/// parent directories, with links resolved at the time of the call, and their file names are the
/// same. Touches no file.
///
/// Parameters:: `path`: the path of the lock, anything that converts to `boost::filesystem::path`,
///   or a `std::filesystem::path`.
///
/// `options`: those of the constructor of `Lock`.
/// Returns:: A pointer to the object, never null.
/// Throws:: `std::invalid_argument` if the object exists with other options; its text names the
///   first option that differs and both values. Options that contain a function (`on_acquired`,
///   `on_loss`) always differ, because functions cannot be compared. Share such an object by other
///   means. Also the exceptions of the constructor of `Lock`.
/// System calls:: Those that resolve the path.
/// Thread safety:: Any thread may call it.
/// Crash, fork, cancellation:: In a forked child the objects are those that existed at the fork,
///   and own nothing there.
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
