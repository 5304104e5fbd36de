// SPDX-License-Identifier: GPL-2.0-only
/* The policy of a group: a blob in a file, since messages are too small for it. */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <hooks/hooks.h>
#include <netlink/private.h>
#include <policy/rules.h>

/* The whole of a file, as it is at this moment, where nobody can change it any more. */
static void *blob_read(struct file *file, size_t *size, const char **why)
{
	loff_t bytes = i_size_read(file_inode(file)), at = 0;
	ssize_t n;
	void *blob;

	*why = "the descriptor of the policy is not one of a regular file open for reading";
	if (!S_ISREG(file_inode(file)->i_mode) || !(file->f_mode & FMODE_READ))
		return ERR_PTR(-EINVAL);
	*why = "a compiled policy has 1 byte to 8 MiB";
	if (bytes <= 0 || bytes > HULL_BLOB_SIZE_MAX)
		return ERR_PTR(-EFBIG);
	*why = NULL;
	blob = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!blob)
		return ERR_PTR(-ENOMEM);
	while (at < bytes) {
		n = kernel_read(file, blob + at, bytes - at, &at);
		if (n > 0)
			continue;
		*why = n ? "the policy cannot be read" : "the policy became shorter while it was read";
		kvfree(blob);
		return ERR_PTR(n ?: -EINVAL);
	}
	*size = bytes;
	return blob;
}

static int root_get(const struct nlattr *attr, struct path *root, const char **why)
{
	struct file *file;
	int ret = 0;

	if (!attr) {
		get_fs_root(current->fs, root);
		return 0;
	}
	file = fget_raw(nla_get_u32(attr));
	*why = "the descriptor of the root directory is not open";
	if (!file)
		return -EBADF;
	*why = "the descriptor of the root directory is not one of a directory";
	if (d_is_dir(file->f_path.dentry)) {
		*root = file->f_path;
		path_get(root);
		*why = NULL;
	} else {
		ret = -ENOTDIR;
	}
	fput(file);
	return ret;
}

static struct hull_rules *rules_make(void *blob, size_t size, const struct nlattr *root_attr,
				     struct netlink_ext_ack *extack)
{
	struct hull_rules_flaw flaw = { };
	struct hull_rules *rules;
	struct path root;
	int ret;

	ret = root_get(root_attr, &root, &flaw.why);
	if (ret) {
		NL_SET_BAD_ATTR(extack, root_attr);
		kvfree(blob);
		return ERR_PTR(hull_nl_refuse(extack, flaw.why, ret));
	}
	rules = hull_rules_new(blob, size, &root, &flaw);
	path_put(&root);
	if (IS_ERR(rules)) {
		kvfree(blob);
		hull_nl_refuse(extack, flaw.why, 0);
	}
	return rules;
}

static struct hull_rules *rules_parse(const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HULL_A_CONFINE_MAX + 1];
	const char *why;
	struct file *file;
	size_t size;
	void *blob;
	int ret;

	ret = nla_parse_nested(tb, HULL_A_CONFINE_MAX, nest, NULL, extack);
	if (ret)
		return ERR_PTR(ret);
	if (!tb[HULL_A_CONFINE_BLOB_FD])
		return ERR_PTR(hull_nl_refuse(extack, "a policy needs the descriptor of its file",
					      -EINVAL));
	file = fget(nla_get_u32(tb[HULL_A_CONFINE_BLOB_FD]));
	if (!file)
		return ERR_PTR(hull_nl_refuse(extack, "the descriptor of the policy is not open",
					      -EBADF));
	blob = blob_read(file, &size, &why);
	fput(file);
	if (IS_ERR(blob))
		return ERR_PTR(hull_nl_refuse(extack, why, PTR_ERR(blob)));
	return rules_make(blob, size, tb[HULL_A_CONFINE_ROOT_FD], extack);
}

int hull_nl_confine_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *nest = info->attrs[HULL_A_CONFINE];
	struct hull_rules *rules = NULL;
	const char *why;
	int ret;

	if (nest) {
		rules = rules_parse(nest, info->extack);
		if (IS_ERR(rules))
			return PTR_ERR(rules);
	}
	ret = hull_confine(hull_nl_group(info), rules, &why);
	return hull_nl_refuse(info->extack, why, ret);
}

static int hits_put(struct sk_buff *skb, const struct hull_rules *rules)
{
	u32 i, n = rules->set.n_rules - 1;
	struct nlattr *attr;
	u64 *hits;

	attr = nla_reserve_64bit(skb, HULL_A_CONFINE_HITS, n * sizeof(*hits), HULL_A_CONFINE_PAD);
	if (!attr)
		return -EMSGSIZE;
	hits = nla_data(attr);
	for (i = 0; i < n; i++)
		hits[i] = hull_rules_hits(rules, i + 1);
	return 0;
}

static int rules_put(struct sk_buff *skb, const struct hull_rules *rules)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_CONFINE);

	if (!nest || nla_put_u32(skb, HULL_A_CONFINE_SIZE, rules->set.blob->size) ||
	    hits_put(skb, rules))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* With a descriptor in the request the blob goes to that file. */
static int blob_write(const struct nlattr *nest, const struct hull_rules *rules,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HULL_A_CONFINE_MAX + 1];
	const size_t size = rules->set.blob->size;
	struct file *file;
	loff_t at = 0;
	ssize_t n = 1;

	if (!nest || nla_parse_nested(tb, HULL_A_CONFINE_MAX, nest, NULL, extack) ||
	    !tb[HULL_A_CONFINE_BLOB_FD])
		return 0;
	file = fget(nla_get_u32(tb[HULL_A_CONFINE_BLOB_FD]));
	if (!file)
		return hull_nl_refuse(extack, "the descriptor for the policy is not open", -EBADF);
	if (!S_ISREG(file_inode(file)->i_mode) || !(file->f_mode & FMODE_WRITE))
		n = -EBADF;
	while (at < size && n > 0)
		n = kernel_write(file, rules->blob + at, size - at, &at);
	fput(file);
	if (at == size)
		return 0;
	return hull_nl_refuse(extack, "the policy cannot be written to the descriptor",
			      n < 0 ? n : -EIO);
}

static struct hull_rules *rules_get(struct hull_group *group)
{
	struct hull_rules *rules;

	mutex_lock(&group->lock);
	rules = rcu_dereference_protected(group->rules, lockdep_is_held(&group->lock));
	if (rules)
		hull_rules_get(rules);
	mutex_unlock(&group->lock);
	return rules;
}

int hull_nl_confine_get(struct sk_buff *skb, struct genl_info *info)
{
	struct hull_rules *rules = rules_get(hull_nl_group(info));
	struct sk_buff *reply;
	size_t bytes = 0;
	void *hdr;
	int ret = 0;

	if (rules) {
		bytes = rules->set.n_rules * sizeof(u64);
		ret = blob_write(info->attrs[HULL_A_CONFINE], rules, info->extack);
		if (ret)
			goto out_rules;
	}
	ret = -ENOMEM;
	reply = hull_nl_reply_new(info, HULL_CMD_CONFINE_GET, GENLMSG_DEFAULT_SIZE + bytes, &hdr);
	if (!reply)
		goto out_rules;
	ret = hull_nl_put_group_ref(reply, hull_nl_group(info));
	if (!ret && rules)
		ret = rules_put(reply, rules);
	if (ret) {
		nlmsg_free(reply);
		goto out_rules;
	}
	genlmsg_end(reply, hdr);
	ret = genlmsg_reply(reply, info);
out_rules:
	hull_rules_put(rules);
	return ret;
}
