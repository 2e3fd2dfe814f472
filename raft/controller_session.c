/* Which brokers are there: ClusterControlManager and BrokerHeartbeatManager of Kafka.
 *
 * Contact is soft state of the controller in office: it is in no log. */
#include "raft/controller.h"

void controller_fence(struct controller *controller, uint32_t broker)
{
    silence_forget(&controller->contact, broker);
    controller_leave(controller,
                     (struct metadata_command){
                         .kind = METADATA_FENCE, .reason = METADATA_FENCED, .broker = broker},
                     false);
}

/* KIP-966: who starts anew may have lost what it had acknowledged. */
static void register_broker(struct controller *controller, uint32_t broker)
{
    struct metadata_command command = {.kind = METADATA_REGISTER,
                                       .reason = METADATA_REGISTERED,
                                       .broker = broker,
                                       .incarnation = controller->greetings[broker].incarnation};
    if (controller->config.options.elr)
        controller_leave(controller,
                         (struct metadata_command){
                             .kind = METADATA_CHANGE, .reason = METADATA_FENCED, .broker = broker},
                         true);
    controller->registering = true;
    controller_propose(controller, command, &(struct draft){0});
}

/* DUPLICATE_BROKER_REGISTRATION: whoever starts anew waits until its old session has ended. */
static void on_stranger(struct controller *controller, uint32_t broker)
{
    if (controller->live[broker]) {
        if (!controller->config.rules->takes_over)
            return;
        controller_fence(controller, broker);
    }
    register_broker(controller, broker);
}

/* A fenced broker is let in once it has applied its own registration, and with it all before. */
static bool has_caught_up(const struct controller *controller, uint32_t broker)
{
    const struct metadata_broker *agreed = &controller->config.metadata->brokers[broker];
    const struct greeting *greeting = &controller->greetings[broker];
    return agreed->epoch && agreed->incarnation == greeting->incarnation &&
           greeting->applied >= agreed->epoch;
}

static void answer(struct controller *controller, uint32_t broker)
{
    const struct metadata_broker *is = &controller->ahead.brokers[broker];
    const struct greeting *greeting = &controller->greetings[broker];
    if (controller->stuck)
        return;
    if (!is->epoch || greeting->incarnation > is->incarnation) {
        on_stranger(controller, broker);
    } else if (is->fenced && has_caught_up(controller, broker)) {
        silence_heard(&controller->contact, broker, 0, controller->input->now_ns);
        controller_return(controller, broker);
    }
}

/* A message of an earlier start of the broker tells nothing (STALE_BROKER_EPOCH). */
void controller_greet(struct controller *controller, uint32_t broker)
{
    const struct elector_input *input = controller->input;
    must(broker >= 1 && broker <= controller->config.metadata->layout->broker_count);
    if (input->incarnation < controller->greetings[broker].incarnation)
        return;
    controller->greetings[broker] = (struct greeting){.incarnation = input->incarnation,
                                                      .applied = input->applied,
                                                      .heard_ns = input->now_ns,
                                                      .heard = true};
}

void controller_on_heartbeat(struct controller *controller, uint32_t broker)
{
    const struct elector_input *input = controller->input;
    must(broker >= 1 && broker <= controller->ahead.layout->broker_count);
    const struct metadata_broker *is = &controller->ahead.brokers[broker];
    if (is->epoch && input->incarnation < is->incarnation)
        return;
    controller_greet(controller, broker);
    if (controller->live[broker] && is->incarnation == input->incarnation)
        silence_heard(&controller->contact, broker, 0, input->now_ns);
    else
        answer(controller, broker);
}

bool controller_heard(const struct controller *controller, uint32_t broker)
{
    const struct greeting *greeting = &controller->greetings[broker];
    return greeting->heard &&
           controller->input->now_ns - greeting->heard_ns <= controller->config.options.timeout_ns;
}

void controller_hear_again(struct controller *controller)
{
    for (uint32_t i = 1; i <= controller->ahead.layout->broker_count; i++)
        if (controller_heard(controller, i))
            answer(controller, i);
}

void controller_open_sessions(struct controller *controller)
{
    for (uint32_t i = 1; i <= controller->ahead.layout->broker_count; i++) {
        if (!controller->live[i])
            silence_forget(&controller->contact, i);
        else if (!silence_knows(&controller->contact, i))
            silence_heard(&controller->contact, i, 0, controller->input->now_ns);
    }
}

/* A session holds as long as last contact + timeout >= now. */
uint64_t controller_session_end(const struct controller *controller)
{
    uint32_t oldest = silence_first(&controller->contact, 0);
    if (oldest == SILENCE_NONE)
        return CONTROLLER_NEVER;
    return silence_since(&controller->contact, oldest) + controller->config.options.timeout_ns + 1;
}

/* KAFKA-13173: one an event. */
void controller_expire(struct controller *controller)
{
    if (controller_session_end(controller) <= controller->input->now_ns)
        controller_fence(controller, silence_first(&controller->contact, 0));
}
