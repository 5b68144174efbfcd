// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Import stores of settings that every server has: the administrator's
 * password, those of log files, and what hubs log. Where they are as they were
 * when the server was new there is nothing to be replaced.
 */
#include "control_state_impl.h"

#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>

#include "control_log_params.h"
#include "control_user_impl.h"

/* May what is there be replaced? Else the part is answered. */
static int check_replace(const struct state_import *import,
			 struct control_call *part, const char *text)
{
	if (import->replace)
		return 0;
	control_error(part, CONTROL_EXISTS, NULL, "%s", text);
	return -EEXIST;
}

/* --- the administrator ----------------------------------------------------- */

static int put_admin(struct state_import *import, struct control_call *part,
		     const struct auth_verifier *verifier)
{
	struct state_change change = { .kind = STATE_ADMIN };
	struct auth_verifier before;
	struct store_error error;
	bool is_same = false;
	int err;

	memset(&before, 0, sizeof(before));
	err = store_admin_get(import->store, &before, &error);
	if (!err)
		is_same = !memcmp(&before, verifier, sizeof(before));
	OPENSSL_cleanse(&before, sizeof(before));
	if (is_same)
		return 0;
	/* one that is damaged is one, too */
	if (err != -ENOENT &&
	    check_replace(import, part,
			  "the administrator has another password already"))
		return -EEXIST;
	err = store_admin_set(import->store, verifier, &error);
	err = state_answer(part, err, &error);
	return err ? err : state_note_change(import, part, &change);
}

int state_import_admin(struct state_import *import, struct control_call *part)
{
	struct auth_verifier verifier;
	const char *text = NULL;
	int err;

	if (control_param_string(part, "verifier", CONTROL_OPTIONAL, &text) ||
	    control_params_end(part))
		return -EINVAL;
	if (!text)
		return 0;
	memset(&verifier, 0, sizeof(verifier));
	err = user_param_verifier(part, text, &verifier);
	if (!err)
		err = put_admin(import, part, &verifier);
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	return err;
}

/* --- log files ------------------------------------------------------------- */

int state_import_logs(struct state_import *import, struct control_call *part)
{
	struct state_change change = { .kind = STATE_LOGS };
	struct store_logs logs, before = store_logs_default;
	struct store_error error;
	int err;

	/* those that are damaged are in nobody's way */
	err = store_logs_get(import->store, &before, &error);
	if (err == -EUCLEAN)
		before = store_logs_default;
	else if (err)
		return state_answer(part, err, &error);
	logs = before;
	if (log_settings_params(part, &logs))
		return -EINVAL;
	if (!err && store_logs_are_same(&logs, &before))
		return 0;
	if (!store_logs_are_same(&before, &store_logs_default) &&
	    check_replace(import, part,
			  "the log files have other settings of their own already"))
		return -EEXIST;
	err = store_logs_set(import->store, &logs, &error);
	err = state_answer(part, err, &error);
	return err ? err : state_note_change(import, part, &change);
}

/* --- packet logs ----------------------------------------------------------- */

static int put_packet_log(struct state_import *import,
			  struct control_call *part, uint16_t vlan,
			  const char *words)
{
	struct state_change change = {
		.kind = STATE_PACKET_LOG, .vlan = vlan,
	};
	char before[SEHUB_LOG_STRLEN] = "none";
	struct store_error error;
	int err;

	err = store_log_hub_get(import->store, vlan, before, &error);
	if (err && err != -ENOENT)
		return state_answer(part, err, &error);
	if (!strcmp(before, words))
		return 0;
	if (!err && check_replace(import, part,
				  "the hub logs other frames already"))
		return -EEXIST;
	err = store_log_hub_set(import->store, vlan, words, &error);
	err = state_answer(part, err, &error);
	return err ? err : state_note_change(import, part, &change);
}

int state_import_packet_log(struct state_import *import,
			    struct control_call *part)
{
	struct packet_log_masks masks = { 0 };
	char words[SEHUB_LOG_STRLEN];
	const char *packets;
	int64_t vlan;

	if (control_param_int(part, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_param_string(part, "packets", CONTROL_REQUIRED, &packets) ||
	    control_params_end(part) || log_hub_params(part, packets, &masks))
		return -EINVAL;
	return put_packet_log(import, part, (uint16_t)vlan,
			      sehub_log_format(masks.headers, masks.whole,
					       words));
}
