// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#define FUSE_USE_VERSION 31
#include <fuse3/fuse.h>

#include "passthrough.hpp"

#include "privileges.hpp"
#include "reused_numbers.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace filelock_test {
namespace {

// State of the server process. The functions of FUSE have no other context.
int root = -1;
file_system_faults* injected = nullptr;
passthrough_options options;

int result(long returned)
{
    return returned == -1 ? -errno : static_cast<int>(returned);
}

char const* below_root(char const* path)
{
    return path[1] == '\0' ? "." : path + 1;
}

int fd_of(fuse_file_info const* file)
{
    return static_cast<int>(file->fh);
}

bool is_too_long(char const* path)
{
    return std::strlen(std::strrchr(path, '/') + 1) > injected->longest_name;
}

// Returns a negative errno if the name is not allowed.
int before_naming(char const* path)
{
    injected->slow.take(path);
    injected->naming.pass(path);
    return is_too_long(path) ? -ENAMETOOLONG : 0;
}

bool is_stale(fuse_file_info const* file)
{
    struct ::stat s;
    return injected->removed_files_are_stale && ::fstat(fd_of(file), &s) == 0 && s.st_nlink == 0;
}

number_table table;
removed_files removed;

bool is_removed(char const* path)
{
    return options.shows == numbers::reused && removed_files::is_name(path);
}

// Returns the result of a change to a removed file. The change has no effect.
int change_removed(char const* path)
{
    if (removed.descriptor(path) == -1)
        return -ENOENT;
    return injected->removed_files_are_stale ? -ESTALE : 0;
}

// A name that is about to be removed, and whether it is the file's last. `commit` is passed the
// result of the removal.
class last_name
{
public:
    explicit last_name(char const* path)
    {
        struct ::stat s;
        is_last_ = options.shows == numbers::reused &&
                   ::fstatat(root, below_root(path), &s, AT_SYMLINK_NOFOLLOW) == 0 &&
                   S_ISREG(s.st_mode) && s.st_nlink == 1;
        file_ = is_last_ ? s.st_ino : 0;
    }
    int commit(int result)
    {
        if (is_last_ && result == 0)
            table.removed(file_);
        return result;
    }

private:
    bool is_last_;
    ::ino_t file_;
};

void* init(fuse_conn_info*, fuse_config* config)
{
    config->attr_timeout = options.attribute_seconds;
    config->entry_timeout = options.entry_seconds;
    config->negative_timeout = options.negative_seconds;
    config->use_ino = options.shows != numbers::of_paths;
    config->hard_remove = options.shows != numbers::reused;
    config->intr = 1; // a process that is killed while it waits for a lock must end
    config->intr_signal = SIGUSR1;
    say("mounted");
    return nullptr;
}

int getattr(char const* path, struct ::stat* s, fuse_file_info* file)
{
    if (!file)
        injected->slow.take(path);
    if (int const error = injected->getattr.next(path))
        return -error;
    int r = 0;
    if (!file && is_removed(path)) {
        int const fd = removed.descriptor(path);
        r = fd == -1                            ? -ENOENT
            : injected->removed_files_are_stale ? -ESTALE
                                                : result(::fstat(fd, s));
    } else if (file) {
        r = is_stale(file) ? -ESTALE : result(::fstat(fd_of(file), s));
    } else if (is_too_long(path)) {
        r = -ENAMETOOLONG;
    } else {
        r = result(::fstatat(root, below_root(path), s, AT_SYMLINK_NOFOLLOW));
    }
    if (r != 0)
        return r;
    if (options.shows == numbers::reused && !(path && path[1] == '\0'))
        s->st_ino = table.of(s->st_ino);
    s->st_ino += static_cast<::ino_t>(injected->number_offset.load());
    if (int const tick = injected->seconds_per_tick)
        s->st_mtim = {s->st_mtim.tv_sec - s->st_mtim.tv_sec % tick, 0};
    s->st_ctim.tv_sec -= injected->changed_before;
    if (s->st_nlink == 0 && injected->shows_a_link)
        s->st_nlink = 1;
    return 0;
}

int open(char const* path, fuse_file_info* file)
{
    if (int const error = injected->open.next(path))
        return -error;
    int const fd = ::openat(root, below_root(path), file->flags | O_CLOEXEC);
    file->fh = static_cast<std::uint64_t>(fd);
    return fd == -1 ? -errno : 0;
}

int create(char const* path, mode_t mode, fuse_file_info* file)
{
    ++injected->creates;
    if (int const refused = before_naming(path))
        return refused;
    int flags = file->flags | O_CREAT | O_CLOEXEC;
    bool const is_exclusive = (flags & O_EXCL) != 0;
    if (int const error =
            (is_exclusive ? injected->create_exclusively : injected->create).next(path))
        return -error;
    if (is_exclusive && injected->creates_in_two_steps) {
        if (::faccessat(root, below_root(path), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return -EEXIST;
        flags &= ~O_EXCL;
    }
    int fd = -1;
    if (options.shows == numbers::reused) {
        fd = ::openat(root, below_root(path), flags | O_EXCL, mode);
        struct ::stat s;
        if (fd != -1 && ::fstat(fd, &s) == 0)
            table.created(s.st_ino);
        else if (fd == -1 && (errno != EEXIST || (flags & O_EXCL) != 0))
            return -errno;
    }
    if (fd == -1)
        fd = ::openat(root, below_root(path), flags, mode);
    file->fh = static_cast<std::uint64_t>(fd);
    return fd == -1 ? -errno : 0;
}

int flush(char const* path, fuse_file_info*)
{
    return -injected->close.next(path);
}

int release(char const*, fuse_file_info* file)
{
    return result(::close(fd_of(file)));
}

int flock(char const* path, fuse_file_info* file, int operation)
{
    if (int const error = injected->flock.next(path))
        return -error;
    if (is_stale(file))
        return -ESTALE;
    return result(::flock(fd_of(file), operation));
}

// Locks by open file description: each open file of the mount has its own in the server.
int record_lock(char const* path, fuse_file_info* file, int command, struct ::flock* what)
{
    if (int const error = injected->record_lock.next(path))
        return -error;
    if (is_stale(file))
        return -ESTALE;
    what->l_pid = 0;
    int const there = command == F_GETLK   ? F_OFD_GETLK
                      : command == F_SETLK ? F_OFD_SETLK
                                           : F_OFD_SETLKW;
    return result(::fcntl(fd_of(file), there, what));
}

int read(char const* path, char* to, std::size_t size, off_t from, fuse_file_info* file)
{
    injected->reading.pass(path);
    if (is_stale(file))
        return -injected->late_read_error;
    return result(::pread(fd_of(file), to, size, from));
}

int write(char const* path, char const* what, std::size_t size, off_t at, fuse_file_info* file)
{
    ++injected->writes;
    injected->slow.take(path);
    injected->writing.pass(path);
    if (is_stale(file))
        return -injected->late_write_error;
    return result(::pwrite(fd_of(file), what, std::min(size, injected->longest_write.load()), at));
}

int fsync(char const*, int, fuse_file_info* file)
{
    if (is_stale(file))
        return -injected->late_write_error;
    return result(::fsync(fd_of(file)));
}

int truncate(char const* path, off_t size, fuse_file_info* file)
{
    if (file)
        return is_stale(file) ? -ESTALE : result(::ftruncate(fd_of(file), size));
    int const fd = ::openat(root, below_root(path), O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return -errno;
    int const r = result(::ftruncate(fd, size));
    ::close(fd);
    return r;
}

int chmod(char const* path, mode_t mode, fuse_file_info* file)
{
    if (!file && is_removed(path))
        return change_removed(path);
    return result(file ? ::fchmod(fd_of(file), mode) : ::fchmodat(root, below_root(path), mode, 0));
}

int utimens(char const* path, timespec const times[2], fuse_file_info* file)
{
    ++injected->stamps;
    if (int const error = injected->utimens.next(path))
        return -error;
    if (!file && is_removed(path))
        return change_removed(path);
    return result(file ? ::futimens(fd_of(file), times)
                       : ::utimensat(root, below_root(path), times, AT_SYMLINK_NOFOLLOW));
}

int link(char const* from, char const* to)
{
    ++injected->links;
    if (int const error = injected->link.next(to))
        return -error;
    if (int const refused = before_naming(to))
        return refused;
    return result(::linkat(root, below_root(from), root, below_root(to), 0));
}

int rename(char const* from, char const* to, unsigned flags)
{
    if (is_removed(to))
        return removed.remove(root, below_root(from), to, table);
    if (int const refused = before_naming(to))
        return refused;
    if (flags != 0)
        return result(::renameat2(root, below_root(from), root, below_root(to), flags));
    last_name replaced(to);
    return replaced.commit(result(::renameat(root, below_root(from), root, below_root(to))));
}

int unlink(char const* path)
{
    if (is_removed(path))
        return removed.forget(path);
    last_name going(path);
    int const done = going.commit(result(::unlinkat(root, below_root(path), 0)));
    int const error = done == 0 ? injected->unlink.next(path) : 0;
    return error == 0 ? done : -error;
}

int mkdir(char const* path, mode_t mode)
{
    if (int const refused = before_naming(path))
        return refused;
    return result(::mkdirat(root, below_root(path), mode));
}

int rmdir(char const* path)
{
    return result(::unlinkat(root, below_root(path), AT_REMOVEDIR));
}

int opendir(char const* path, fuse_file_info*)
{
    return -injected->open_directory.next(path);
}

int readdir(char const* path, void* to, fuse_fill_dir_t fill, off_t, fuse_file_info*,
            fuse_readdir_flags)
{
    if (int const error = injected->read_directory.next(path))
        return -error;
    int const fd = ::openat(root, below_root(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const directory = fd == -1 ? nullptr : ::fdopendir(fd);
    if (!directory)
        return -errno;
    while (dirent const* entry = ::readdir(directory))
        fill(to, entry->d_name, nullptr, 0, fuse_fill_dir_flags());
    ::closedir(directory);
    return 0;
}

int statfs(char const*, struct ::statvfs* s)
{
    int const r = result(::fstatvfs(root, s));
    s->f_namemax = std::min<unsigned long>(s->f_namemax, injected->longest_name);
    return r;
}

int serve(std::string const& backing, std::string const& at)
{
    // A server that outlives the test would block the processes that use the mount.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::alarm(0);
    struct ::sigaction interrupt = {};
    interrupt.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &interrupt, nullptr);
    root = ::open(backing.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fuse_operations operations = {};
    operations.init = init;
    operations.getattr = getattr;
    operations.open = open;
    operations.create = create;
    operations.flush = flush;
    operations.release = release;
    operations.read = read;
    operations.write = write;
    operations.fsync = fsync;
    operations.truncate = truncate;
    operations.chmod = chmod;
    operations.utimens = utimens;
    operations.link = link;
    operations.rename = rename;
    operations.unlink = unlink;
    operations.mkdir = mkdir;
    operations.rmdir = rmdir;
    operations.opendir = opendir;
    operations.readdir = readdir;
    operations.statfs = statfs;
    if (options.forwards_flock)
        operations.flock = flock;
    if (options.forwards_record_locks)
        operations.lock = record_lock;
    fuse_args none = FUSE_ARGS_INIT(0, nullptr);
    fuse_opt_add_arg(&none, "passthrough");
    fuse_opt_add_arg(&none, "-oallow_other");
    auto* const served = fuse_new(&none, &operations, sizeof operations, nullptr);
    if (!served || fuse_mount(served, at.c_str()) != 0)
        return 1;
    return fuse_loop_mt(served, 0);
}

std::shared_ptr<file_system_faults> shared_faults()
{
    void* const place = ::mmap(nullptr, sizeof(file_system_faults), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    return {new (place) file_system_faults, [](file_system_faults* p) { ::munmap(p, sizeof *p); }};
}

} // namespace

passthrough::passthrough(boost::filesystem::path const& backing, boost::filesystem::path const& at,
                         passthrough_options const& how)
    : at_(at), faults_(shared_faults()), server_([&] {
          injected = faults_.get();
          options = how;
          return serve(backing.string(), at.string());
      })
{
    server_.expect("mounted");
}

passthrough::~passthrough()
{
    ::umount2(at_.c_str(), MNT_DETACH);
}

boost::test_tools::assertion_result have_fuse(boost::unit_test::test_unit_id id)
{
    auto result = can_mount(id);
    if (result && ::access("/dev/fuse", R_OK | W_OK) != 0) {
        result = false;
        result.message() << "there is no /dev/fuse";
    }
    return result;
}

} // namespace filelock_test
